"""Modules and functions that PyTorch lacks; nothing here imports ganforge."""
