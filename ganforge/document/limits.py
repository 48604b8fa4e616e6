"""How much a file may hold: far beyond any spec, and little enough to be read in a moment."""

from __future__ import annotations

import re
from typing import Any

from ganforge.document.tree import Path

MAX_VALUES = 100_000
"""Of a file, written out."""
MAX_KEYS = 1_000
"""Of a table: params, networks, losses, stages. Layers are an array."""
MAX_ITEMS = 20_000
"""Of an array, such as the layers of a network."""

_MARKS = re.compile(
    r'"""(?s:\\.|.)*?(?:"""|\Z)'
    r"|'''(?s:.*?)(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|\#[^\n]*"
    r"|[,=]|^[ \t]*\[",
    re.MULTILINE,
)


def too_many(text: str) -> int | None:
    """The offset at which a text has more than MAX_VALUES values, about: it is not read yet."""
    if text.count(",") + text.count("=") + text.count("\n[") <= MAX_VALUES:
        return None
    count = 0
    for match in _MARKS.finditer(text):
        count += match.group()[0] not in "\"'#"
        if count > MAX_VALUES:
            return match.start()
    return None


def too_large(values: dict[str, Any]) -> tuple[Path, str] | None:
    """The first table or array that holds too much, and what is said of it."""
    stack: list[tuple[Path, Any]] = [((), values)]
    while stack:
        path, value = stack.pop()
        kind, most = ("table", MAX_KEYS) if isinstance(value, dict) else ("array", MAX_ITEMS)
        if not isinstance(value, dict | list):
            continue
        if len(value) > most:
            what = "keys" if kind == "table" else "items"
            return path, f"this {kind} has {len(value):,} {what}; at most {most:,} are allowed"
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        stack += [((*path, step), child) for step, child in inner if isinstance(child, dict | list)]
    return None
