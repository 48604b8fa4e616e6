"""The lines of an opened network: one for each layer that the spec writes, loops as runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from ganforge.document import Path
from ganforge.graph.nodes import (
    Body,
    Composite,
    Item,
    Layer,
    Node,
    Number,
    Pack,
    Source,
    Turn,
)
from ganforge.graph.weights import own_weights
from ganforge.show.layers import shown_nodes
from ganforge.show.picture.model import Row
from ganforge.show.picture.wording import expression, pairs, shape_text, told


@dataclass
class Rows:
    """Makes rows; those of composite blocks once for all that share a body."""

    blocks: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    _keys: dict[int, str] = field(default_factory=dict)

    def of(self, body: Body) -> tuple[Row, ...]:
        """The rows of a network or a composite block."""
        return _nested(_with_sides(list(_Lines(self, body).all())), 0)

    def key(self, body: Body) -> str:
        """The key of a composite block's rows."""
        if id(body) not in self._keys:
            self._keys[id(body)] = key = f"b{len(self._keys)}"
            self.blocks[key] = ()  # holds its place while its own blocks are read
            self.blocks[key] = self.of(body)
        return self._keys[id(body)]


@dataclass(frozen=True)
class _Line:
    """A row, and the turns of loops in which it stands."""

    row: Row
    turns: tuple[Turn, ...]


@dataclass
class _Lines:
    """Gathers the nodes of each written layer, its norm and its activation, in one line."""

    rows: Rows
    body: Body
    group: frozenset[int] = frozenset()
    before: int = -1

    def all(self) -> Iterator[_Line]:
        self.before = next(iter(self.body.inputs.values()))
        for _, members in groupby(shown_nodes(self.body), key=self._layer):
            indices = list(members)
            if all(isinstance(self.body.nodes[i].operation, Item | Pack) for i in indices):
                continue
            self.group = frozenset(indices)
            yield _Line(self._row(indices), self.body.nodes[indices[-1]].turns)
            self.before = indices[-1]

    def _layer(self, index: int) -> tuple[Path, tuple[tuple[Path, int], ...]]:
        """Where the layer of a node is written, and in which turns."""
        node = self.body.nodes[index]
        last = max((k for k, part in enumerate(node.path) if isinstance(part, int)), default=None)
        turns = tuple((turn.loop, turn.number) for turn in node.turns)
        return (node.path if last is None else node.path[: last + 1]), turns

    def _row(self, indices: list[int]) -> Row:
        nodes = self.body.nodes
        made = [i for i in indices if isinstance(nodes[i].operation, Layer | Composite)]
        last = nodes[indices[-1]]
        parts = [self._weights(nodes[i]) for i in indices]
        weights, known = sum(count for count, _ in parts), all(whole for _, whole in parts)
        row = Row("layer", "", shape_text(last.shape), weights, known, name=self._name(last))
        if not made:
            return replace(row, text=expression(nodes, indices[-1], self._reference))
        first = nodes[made[0]]
        then = tuple(_title(nodes[i]) for i in made[1:])
        block = ""
        if isinstance(first.operation, Composite):
            block = self.rows.key(first.operation.body)
        return replace(row, text=_title(first), takes=self._takes(first), then=then, block=block)

    def _weights(self, node: Node) -> tuple[int, bool]:
        """The weights of a node as far as they are known, and whether these are all."""
        if isinstance(node.operation, Composite):
            rows = self.rows.blocks[self.rows.key(node.operation.body)]
            return sum(row.weights for row in rows), all(row.known for row in rows)
        count = own_weights(self.body, node)
        return count or 0, count is not None

    def _takes(self, node: Node) -> str:
        if node.inputs == (self.before,):
            return ""
        return ", ".join(
            self._reference(i) or expression(self.body.nodes, i, self._reference)
            for i in node.inputs
        )

    def _reference(self, index: int) -> str | None:
        """How the layer's wiring names a value that it does not make itself."""
        node = self.body.nodes[index]
        if index in self.group and not node.name:
            return None
        if isinstance(node.operation, Source | Number):
            return node.name or str(getattr(node.operation, "value", ""))
        return self._name(node) or "prev"

    def _name(self, node: Node) -> str:
        if node.name is None:
            return ""
        return "".join([node.name, *(f"[{_value(turn)}]" for turn in node.turns)])


def _with_sides(lines: list[_Line]) -> list[_Line]:
    """The lines, with those marked that the next one does not take: it goes on from before."""
    result = list(lines)
    for k, line in enumerate(result[1:], 1):
        if line.row.takes == "prev":
            result[k] = replace(line, row=replace(line.row, takes=""))
            before = result[k - 1]
            result[k - 1] = replace(before, row=replace(before.row, side=True))
    return result


def _title(node: Node) -> str:
    operation = node.operation
    if isinstance(operation, Composite):
        text = pairs(operation.params)
        return f"{operation.name} {text}".strip()
    assert isinstance(operation, Layer)
    return f"{operation.block.name} {told(operation.params)}".strip()


def _nested(lines: list[_Line], depth: int) -> tuple[Row, ...]:
    """Rows in which the lines of a loop stand below it."""
    rows: list[Row] = []
    for loop, members in groupby(lines, key=lambda line: _loop(line, depth)):
        if loop is None:
            rows.extend(line.row for line in members)
        else:
            rows.append(_loop_row(list(members), depth))
    return tuple(rows)


def _loop(line: _Line, depth: int) -> Path | None:
    return line.turns[depth].loop if depth < len(line.turns) else None


def _loop_row(lines: list[_Line], depth: int) -> Row:
    """A loop with its turns; turns of equal layers are one."""
    turns: list[tuple[list[str], Row]] = []
    for _, members in groupby(lines, key=lambda line: line.turns[depth].number):
        inner = list(members)
        value, rows = _value(inner[0].turns[depth]), _nested(inner, depth + 1)
        row = _sum("turn", rows)
        if turns and _alike(turns[-1][1], row):
            turns[-1][0].append(value)
        else:
            turns.append(([value], row))
    variable = lines[0].turns[depth].variable
    made = tuple(_turn_row(variable, values, row) for values, row in turns)
    count = sum(row.count for row in made)
    return replace(_sum("loop", made), text=_over(lines, depth), count=count)


def _sum(kind: str, rows: tuple[Row, ...]) -> Row:
    """What several rows are together."""
    weights, known = sum(row.weights for row in rows), all(row.known for row in rows)
    main = [row for row in rows if not row.side] or rows
    return Row(kind, "", main[-1].output, weights, known, rows=tuple(rows))


def _turn_row(variable: str, values: list[str], row: Row) -> Row:
    many = values[-1] != values[0]
    text = f"{variable} = {values[0]}{f' … {values[-1]}' if many else ''}"
    return replace(row, text=text, count=len(values), weights=row.weights * len(values))


def _alike(a: Row, b: Row) -> bool:
    """Whether rows are equal but for the names that differ from turn to turn."""
    if replace(a, name="", takes="", rows=()) != replace(b, name="", takes="", rows=()):
        return False
    same = len(a.rows) == len(b.rows)
    return same and all(_alike(x, y) for x, y in zip(a.rows, b.rows, strict=True))


def _over(lines: list[_Line], depth: int) -> str:
    turns = {line.turns[depth].number: line.turns[depth] for line in lines}
    values = [_value(turn) for turn in turns.values()]
    shown = values if len(values) <= 4 else [values[0], "…", values[-1]]
    return f"{lines[0].turns[depth].variable} in {', '.join(shown)}"


def _value(turn: Turn) -> str:
    value = turn.value
    return f"{value:g}" if isinstance(value, float) else str(value)
