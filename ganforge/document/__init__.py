"""TOML with positions: what a spec says, and where each value was written."""

from ganforge.document.load import Drafts, SpecNotFound, load, loads
from ganforge.document.names import SpecNames, shipped, shipped_names
from ganforge.document.tree import Document, Path, Removal

__all__ = [
    "Document",
    "Drafts",
    "Path",
    "Removal",
    "SpecNames",
    "SpecNotFound",
    "load",
    "loads",
    "shipped",
    "shipped_names",
]
