"""What changed between two specs, for those who review it."""

from ganforge.diff.compare import difference

__all__ = ["difference"]
