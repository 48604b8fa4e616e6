"""Local sparse attention in two dimensions: Daras et al., "Your Local GAN", 1911.12287."""
