"""The values of a spec as a tree in which every value knows where it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from ganforge.diagnostics.diagnostic import Span

Path = tuple[str | int, ...]

OVERRIDES = ("--set", "params")
"""The pseudo files whose lines are overrides, from the command line and from Python."""

MAX_DEPTH = 64
"""How deep tables and arrays may be nested; it bounds every recursion over a tree."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place. Tables are dicts of nodes, arrays are lists of nodes."""

    content: Any
    value: Span | None = None
    key: Span | None = None

    @property
    def table(self) -> dict[str, Node] | None:
        """The entries of a table, None for any other value."""
        return self.content if isinstance(self.content, dict) else None

    def child(self, step: str | int) -> Node | None:
        """The node one step below, None where there is none."""
        if isinstance(self.content, dict) and isinstance(step, str):
            return self.content.get(step)
        if isinstance(self.content, list) and isinstance(step, int):
            return self.content[step] if 0 <= step < len(self.content) else None
        return None

    def with_content(self, content: Any) -> Node:
        """Another content at the same place."""
        return Node(content, self.value, self.key)


def plain(node: Node) -> Any:
    """The value without its places."""
    if isinstance(node.content, dict):
        return {name: plain(child) for name, child in node.content.items()}
    if isinstance(node.content, list):
        return [plain(child) for child in node.content]
    return node.content


def strings(values: Any) -> Iterator[str]:
    """Every string of a tree of values; iterative, since layers may be many."""
    stack = [values]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, str):
            yield value


@dataclass(frozen=True, slots=True)
class Removal:
    """What an entry of `without` took away: its place in the tree, the names that went with it,
    and where the entry was written.
    """

    path: tuple[str, ...]
    names: frozenset[str]
    span: Span


@dataclass(frozen=True)
class Document:
    """A spec as it was written: merged with what it extends, overrides applied.

    name:   the file that the user named, or `<stdin>`, `<text>`.
    values: the merged tree; `extends` and `without` are taken out.
    texts:  the text of every file that took part, by its name.
    extends: where the first file says what it extends.
    removed: what `without` took away, in any of the files.
    """

    name: str
    values: Mapping[str, Any]
    texts: Mapping[str, str]
    root: Node = field(repr=False)
    extends: Span | None = None
    removed: tuple[Removal, ...] = ()

    @cached_property
    def words(self) -> frozenset[str]:
        """Every name in every string."""
        found = (re.findall(r"[A-Za-z_]\w*", text) for text in strings(self.values))
        return frozenset(chain.from_iterable(found))

    def span(self, path: Path, *, key: bool = False) -> Span | None:
        """Where the value at `path` was written, or its key; else the nearest ancestor's place."""
        node, found = self.root, self.root.value
        for depth, step in enumerate(path, start=1):
            child = node.child(step)
            if child is None:
                break
            node = child
            wants_key = key and depth == len(path)
            found = (node.key if wants_key else None) or node.value or node.key or found
        return found

    def distance(self, span: Span) -> int:
        """How far a place is from the author: 0 for the file that he named and for overrides, then
        one more for each spec that is extended on the way.
        """
        files = list(self.texts)
        extended = files.index(span.file) if span.file in files else len(files)
        return 0 if span.file in OVERRIDES else extended

    def inherited(self, path: Path, *, key: bool = False) -> bool:
        """Whether the value at `path`, or its key, comes from a spec that is extended."""
        span = self.span(path, key=key)
        return span is not None and self.distance(span) > 0
