"""How good samples are: feature extractors, and what is measured on their features."""
