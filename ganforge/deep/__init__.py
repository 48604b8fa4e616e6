"""What torch says of a spec without any memory or data: `check --deep`."""
