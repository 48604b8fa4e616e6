"""The layers of two networks side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ganforge.diff.alignment import Pair, align, likeness
from ganforge.diff.changes import Entry, LayerChange
from ganforge.diff.rows import Row, rows_of
from ganforge.graph.nodes import Body

MAX_PERIOD = 12
"""A loop of more layers than these is shown turn by turn."""


@dataclass
class Comparison:
    """What the comparison of two specs needs to know of both while layers are compared.

    blocks: the tables of composite blocks, before and after. started: for a network before and
    after, how most of its weights start; only what differs from that is told of a layer.
    """

    blocks: tuple[Mapping[str, Any], Mapping[str, Any]]
    started: tuple[str, str] = ("", "")
    known: dict[tuple[int, int], tuple[Entry, ...]] = field(default_factory=dict)

    def entries(self, before: Body, after: Body) -> tuple[Entry, ...]:
        """The layers of both, in short."""
        key = (id(before), id(after))
        if key not in self.known:
            self.known[key] = in_short(self.changes(rows_of(before), rows_of(after)))
        return self.known[key]

    def changes(self, before: Sequence[Row], after: Sequence[Row]) -> list[LayerChange]:
        """Each layer of both in order."""
        pairs = _pairs(before, after)
        where = {i: j for i, j in pairs if i is not None and j is not None}
        return [self._change(pair, before, after, where) for pair in pairs]

    def _change(
        self, pair: Pair, before: Sequence[Row], after: Sequence[Row], where: Mapping[int, int]
    ) -> LayerChange:
        i, j = pair
        if j is None:
            assert i is not None
            return LayerChange("removed", before[i], None)
        if i is None:
            return LayerChange("added", None, after[j])
        one, other = before[i], after[j]
        notes = tuple(self._notes(i, j, before, after, where))
        inner = self._inner(one, other)
        same = one.text == other.text and not notes and not inner
        return LayerChange("same" if same else "changed", one, other, notes, inner)

    def _inner(self, one: Row, other: Row) -> tuple[Entry, ...]:
        """The layers of a composite block, if its table differs."""
        if one.body is None or other.body is None:
            return ()
        if self.blocks[0].get(one.block) == self.blocks[1].get(other.block):
            return ()
        return self.entries(one.body, other.body)

    def _notes(
        self,
        i: int,
        j: int,
        before: Sequence[Row],
        after: Sequence[Row],
        where: Mapping[int, int],
    ) -> list[str]:
        one, other = before[i], after[j]
        notes = []
        if one.name != other.name:
            notes.append(f"id: {one.name or 'none'} -> {other.name or 'none'}")
        took = tuple(where.get(t, "gone") if isinstance(t, int) else t for t in one.takes)
        if took != other.takes and _by_name(i, one, before) != _by_name(j, other, after):
            notes.append(f"takes: {_by_name(i, one, before)} -> {_by_name(j, other, after)}")
        own = tuple(
            row.started if row.started != common else ""
            for row, common in zip((one, other), self.started, strict=True)
        )
        if own[0] != own[1]:
            usual = "as most"
            notes.append(f"weights: {own[0] or usual} -> {own[1] or usual}")
        return notes


def _pairs(before: Sequence[Row], after: Sequence[Row]) -> list[Pair]:
    """Which layer is which: the same blocks in the same order are the same layers."""
    if [row.block for row in before] == [row.block for row in after]:
        return [(k, k) for k in range(len(before))]
    return align(before, after, _score)


def _score(one: Row, other: Row) -> float:
    if one.block != other.block:
        return 0.0
    if one.text == other.text:
        return 3.0 + (one.shape == other.shape)
    return 1.0 + likeness(one.text, other.text)


def _by_name(index: int, row: Row, rows: Sequence[Row]) -> str:
    return ", ".join(
        t if isinstance(t, str) else "the layer before" if t == index - 1 else _called(t, rows)
        for t in row.takes
    )


def _called(index: int, rows: Sequence[Row]) -> str:
    row = rows[index]
    return row.name or row.text.partition("(")[0]


def in_short(changes: Sequence[LayerChange]) -> tuple[Entry, ...]:
    """The turns of loops as those of one, and layers that did not change as runs."""
    entries: list[Entry] = []
    at = 0
    while at < len(changes):
        period, times = _loop(changes, at)
        last = at + period * (times - 1)
        for k in range(period):
            _add(Entry(changes[at + k], changes[last + k], times, times == 1), entries)
        at += period * times
    return tuple(entries)


def _add(entry: Entry, entries: list[Entry]) -> None:
    """Adds an entry, or makes the run at the end longer; only what did not change is a run."""
    if entry.run and entry.first.kind != "same":
        entry = replace(entry, run=False)
    last = entries[-1] if entries else None
    if last is None or not (entry.run and last.run) or last.first.reshaped != entry.first.reshaped:
        entries.append(entry)
    else:
        entries[-1] = replace(last, last=entry.last, times=last.times + 1)


def _loop(changes: Sequence[LayerChange], at: int) -> tuple[int, int]:
    """How many layers from `at` on are those of a loop that changed, and its turns; else (1, 1)."""
    best = (1, 1)
    for period in range(1, min(MAX_PERIOD, (len(changes) - at) // 2) + 1):
        if all(change.kind == "same" for change in changes[at : at + period]):
            continue
        times = 1
        while _repeats(changes, at, period, times):
            times += 1
        if times > 1 and period * times > best[0] * best[1]:
            best = (period, times)
    return best


def _repeats(changes: Sequence[LayerChange], at: int, period: int, times: int) -> bool:
    start = at + period * times
    if start + period > len(changes):
        return False
    pairs = [(changes[at + k], changes[start + k]) for k in range(period)]
    return all(_alike(one, other, period == 1) for one, other in pairs)


def _alike(one: LayerChange, other: LayerChange, by_text: bool) -> bool:
    """Whether two changes are those of one layer in two turns of a loop, or equal (`by_text`)."""
    return (
        one.kind == other.kind
        and _of_one(one.before, other.before, by_text)
        and _of_one(one.after, other.after, by_text)
    )


def _of_one(one: Row | None, other: Row | None, by_text: bool) -> bool:
    if one is None or other is None:
        return one is other
    same = one.path == other.path or (by_text and one.text == other.text)
    return same and one.block == other.block
