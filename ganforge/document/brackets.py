"""Brackets of a TOML text that may be broken: how deep they nest, which are open at a place."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKENS = re.compile(
    r'"""(?s:\\.|.)*?(?:"""|\Z)'
    r"|'''(?s:.*?)(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|\#[^\n]*"
    r"|[\[\]{}]"
)


def too_deep(text: str, limit: int) -> int | None:
    """The offset of the first bracket that is nested deeper than `limit`."""
    for offset, stack in _walk(text):
        if len(stack) > limit:
            return offset
    return None


def innermost_open(text: str, before: int) -> int | None:
    """The offset of the innermost bracket that is still open at the offset `before`."""
    inner: int | None = None
    for offset, stack in _walk(text):
        if offset >= before:
            break
        inner = stack[-1] if stack else None
    return inner


def _walk(text: str) -> Iterator[tuple[int, list[int]]]:
    stack: list[int] = []
    for match in _TOKENS.finditer(text):
        token = match.group()
        if token in ("[", "{"):
            stack.append(match.start())
        elif token in ("]", "}") and stack:
            stack.pop()
        yield match.start(), stack
