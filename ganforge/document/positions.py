"""Where every key and value of a TOML text stands, read off a tree-sitter tree.

tree-sitter counts columns in bytes, and a trailing comment is a child of its `pair`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import tree_sitter_toml
from tree_sitter import Language, Node, Parser, Point

from ganforge.diagnostics.diagnostic import Span
from ganforge.document.tree import MAX_DEPTH, Path


@dataclass(frozen=True, slots=True)
class Mark:
    """The places of a value and its key; `a` in `[a.b]` is implied, not explicit."""

    value: Span
    key: Span | None
    explicit: bool = True


@dataclass
class Positions:
    """The marks by path, keys that are written twice, and the first that is nested too deeply."""

    marks: dict[Path, Mark] = field(default_factory=dict)
    duplicates: list[tuple[Path, Span, Span]] = field(default_factory=list)
    too_deep: Span | None = None


@dataclass
class _Text:
    text: str
    file: str

    @cached_property
    def encoded(self) -> bytes:
        return self.text.encode("utf-8", "replace")

    @cached_property
    def lines(self) -> list[bytes]:
        return self.encoded.split(b"\n")

    def span(self, first: Node, last: Node) -> Span:
        start, end = first.start_point, last.end_point
        return Span(self.file, start.row + 1, self._column(start), end.row + 1, self._column(end))

    def _column(self, point: Point) -> int:
        if self.text.isascii():
            return point.column + 1
        before = self.lines[point.row][: point.column]
        return len(before.decode("utf-8", "replace")) + 1


def positions(text: str, file: str) -> Positions:
    """The places in a text, as far as it can be read."""
    source = _Text(text, file)
    root = _root(source)
    found, counts = Positions(), dict[Path, int]()
    for node in root.children:
        if node.type == "pair":
            _walk_values([((), node)], source, found)
        elif node.type in ("table", "table_array_element"):
            _walk_table(node, source, found, counts)
    return found


def comments(text: str, file: str) -> Iterator[tuple[str, Span]]:
    """The comments of a text with their places, in order; `#` in a string begins none."""
    source = _Text(text, file)
    stack = [_root(source)]
    while stack:
        node = stack.pop()
        if node.type == "comment":
            yield (node.text or b"").decode("utf-8", "replace"), source.span(node, node)
        stack += reversed(node.children)


def _root(source: _Text) -> Node:
    return Parser(Language(tree_sitter_toml.language())).parse(source.encoded).root_node


def _walk_table(node: Node, source: _Text, found: Positions, counts: dict[Path, int]) -> None:
    header = next((c for c in node.children if c.type.endswith("_key")), None)
    close = next((c for c in node.children if c.type in ("]", "]]")), None)
    if header is None or close is None:
        return
    place = source.span(node.children[0], close)
    path: Path = ()
    keys = list(_keys(header))
    if len(keys) > MAX_DEPTH:
        found.too_deep = found.too_deep or place
        return
    for name, key in keys[:-1]:
        path = (*path, name)
        found.marks.setdefault(path, Mark(source.span(key, key), source.span(key, key), False))
        if path in counts:
            path = (*path, counts[path] - 1)
    name, key = keys[-1]
    path = (*path, name)
    mark = Mark(place, source.span(key, key))
    if node.type == "table":
        _put(path, mark, found)
    else:
        found.marks.setdefault(path, mark)
        path = (*path, counts.get(path, 0))
        counts[path[:-1]] = path[-1] + 1 if isinstance(path[-1], int) else 1
        found.marks[path] = mark
    _walk_values(_pairs(path, node), source, found)


def _walk_values(stack: list[tuple[Path, Node]], source: _Text, found: Positions) -> None:
    """Marks what pairs and values hold; a value comes with its path, a pair with its table's."""
    while stack:
        path, node = stack.pop()
        if len(path) > MAX_DEPTH:
            found.too_deep = found.too_deep or source.span(node, node)
        elif node.type == "pair":
            stack += _pair(path, node, source, found)
        elif node.type == "inline_table":
            stack += _pairs(path, node)
        elif node.type == "array":
            stack += _elements(path, node, source, found)


def _pairs(path: Path, node: Node) -> list[tuple[Path, Node]]:
    """The pairs of a table, the last one first, as a stack takes them."""
    return [(path, child) for child in reversed(node.children) if child.type == "pair"]


def _pair(path: Path, node: Node, source: _Text, found: Positions) -> Iterator[tuple[Path, Node]]:
    header = node.children[0]
    values = [c for c in node.named_children[1:] if c.type != "comment"]
    if not values or not header.type.endswith("_key"):
        return
    keys = list(_keys(header))
    if len(path) + len(keys) > MAX_DEPTH:
        found.too_deep = found.too_deep or source.span(header, header)
        return
    for name, key in keys[:-1]:
        path = (*path, name)
        found.marks.setdefault(path, Mark(source.span(key, key), source.span(key, key), False))
    name, key = keys[-1]
    path = (*path, name)
    _put(path, Mark(source.span(values[0], values[0]), source.span(key, key)), found)
    yield path, values[0]


def _elements(
    path: Path, node: Node, source: _Text, found: Positions
) -> Iterator[tuple[Path, Node]]:
    values = [child for child in node.named_children if child.type != "comment"]
    for index, child in enumerate(values):
        found.marks[(*path, index)] = Mark(source.span(child, child), None)
        yield (*path, index), child


def _put(path: Path, mark: Mark, found: Positions) -> None:
    earlier = found.marks.get(path)
    if earlier is not None and earlier.explicit and earlier.key and mark.key:
        found.duplicates.append((path, earlier.key, mark.key))
    else:
        found.marks[path] = mark


def _keys(node: Node) -> Iterator[tuple[str, Node]]:
    """The parts of a key in order; a dotted key nests to the left."""
    parts: list[Node] = []
    while node.type == "dotted_key":
        parts.append(node.named_children[-1])
        node = node.named_children[0]
    for part in [node, *reversed(parts)]:
        yield _name(part), part


def _name(key: Node) -> str:
    text = (key.text or b"").decode("utf-8", "replace")
    if key.type == "bare_key":
        return text
    try:
        return next(iter(tomllib.loads(f"{text} = 0")))
    except tomllib.TOMLDecodeError:
        return text
