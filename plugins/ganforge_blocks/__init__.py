"""The built-in blocks, losses, inits and data sources of ganforge, a plugin like any other."""
