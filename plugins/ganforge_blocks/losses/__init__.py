"""The losses as functions of tensors; nothing here imports ganforge."""
