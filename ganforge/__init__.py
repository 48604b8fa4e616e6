"""ganforge: declare a GAN, check it, train it, emit it."""

__version__ = "0.1.0"
