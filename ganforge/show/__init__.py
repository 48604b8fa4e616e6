"""What a spec says, for people: networks with layers and shapes, losses, players, length."""

from ganforge.show.describe import describe
from ganforge.show.table import as_text

__all__ = ["as_text", "describe"]
