"""Modules in a row that are alike, or whose sizes follow a formula, as loops."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ganforge.graph.nodes import Turn

LONGEST = 12
"""Modules of one turn where all turns are the same."""
TOKEN = re.compile(r"""'[^']*'|"[^"]*"|(?<![\w.-])\d+(?![\w.])""")
"""Text in quotes, or a whole number."""
MARK = "\0"


@dataclass(frozen=True)
class Turns:
    """Modules that stand `count` times in a row; sizes that change follow from `variable`."""

    items: tuple[str, ...]
    count: int = 1
    variable: str = "_"

    @property
    def text(self) -> str:
        """As elements of a list of arguments."""
        if self.count == 1:
            return ", ".join(self.items)
        turns = f"for {self.variable} in range({self.count})"
        if len(self.items) == 1:
            return f"*[{self.items[0]} {turns}]"
        return f"*[layer {turns} for layer in ({', '.join(self.items)})]"


def in_loops(items: Sequence[str], turns: Sequence[tuple[Turn, ...]] | None = None) -> list[Turns]:
    """Modules in order: `[a, b, b, b]` is `a` and three times `b`.

    turns: of which turns of the spec's loops each is; then turns may differ in whole numbers that
    follow from the number of the turn.
    """
    loops: list[Turns] = []
    start = 0
    while start < len(items):
        loops.append(_best(items, turns, start))
        start += len(loops[-1].items) * loops[-1].count
    return loops


def _best(items: Sequence[str], turns: Sequence[tuple[Turn, ...]] | None, start: int) -> Turns:
    """The loop that folds most; at least three turns, or two long ones that are the same, are
    worth one.
    """
    periods = range(1, min(LONGEST, (len(items) - start) // 2) + 1)
    alike = [period for period in periods if items[start] == items[start + period]]
    found = [Turns((items[start],)), *(_alike(items, start, period) for period in alike)]
    if turns:
        found += [_following(items, turns, start, depth) for depth in range(len(turns[start]))]
    return max(found, key=lambda loop: len(loop.items) * (loop.count - 1))


def _alike(items: Sequence[str], start: int, period: int) -> Turns:
    """Turns that are the same."""
    turn, count = items[start : start + period], 1
    while items[start + count * period : start + (count + 1) * period] == turn:
        count += 1
    worth = count >= 3 or (count == 2 and period >= 5)
    return Turns(tuple(turn), count) if worth else Turns((items[start],))


def _following(
    items: Sequence[str], turns: Sequence[tuple[Turn, ...]], start: int, depth: int
) -> Turns:
    """Turns of a loop that differ in numbers which follow from the number of the turn.

    depth: which of the loops around the first module it is.
    """
    alone, variable = Turns((items[start],)), turns[start][depth].variable
    if start and turns[start - 1][: depth + 1] == turns[start][: depth + 1]:
        return alone  # within a turn
    found = _turns(items, turns, start, depth)
    taken = list(islice(found, 3))
    named = any(re.search(rf"\b{variable}\b", item) for item in ("layer", *taken[0]))
    if len(taken) < 3 or named:
        return alone
    columns, count = _columns(taken, variable)
    while count == len(taken) and (more := list(islice(found, len(taken)))):
        taken += more
        columns, count = _columns(taken, variable)
    if count < 3:
        return alone
    texts = iter(columns)
    filled = (re.sub(MARK, lambda _: next(texts), _skeleton(item)) for item in taken[0])
    return Turns(tuple(filled), count, variable)


def _turns(
    items: Sequence[str], turns: Sequence[tuple[Turn, ...]], start: int, depth: int
) -> Iterator[list[str]]:
    """The modules of each turn of a loop from this one on, as long as they differ in numbers
    alone.
    """
    loop, place, first = turns[start][depth].loop, start, list[str]()
    while place < len(items) and len(turns[place]) > depth:
        around = turns[place][: depth + 1]
        if around[-1].loop != loop or around[:-1] != turns[start][:depth]:
            return
        end = place
        while end < len(items) and turns[end][: depth + 1] == around:
            end += 1
        skeleton = [_skeleton(item) for item in items[place:end]]
        first = first or skeleton
        if skeleton != first:
            return
        yield list(items[place:end])
        place = end


def _columns(alike: Sequence[Sequence[str]], variable: str) -> tuple[list[str], int]:
    """The formula of each number of a turn, and for how many turns all of them hold."""
    numbers = [[int(number) for item in turn for number in _numbers(item)] for turn in alike]
    found = [_formula(column, variable) for column in zip(*numbers, strict=True)]
    return [text for text, _ in found], min((length for _, length in found), default=0)


def _skeleton(item: str) -> str:
    """A module with a mark in place of its whole numbers, but for those in quotes."""
    return TOKEN.sub(lambda found: found[0] if found[0][0] in "\"'" else MARK, item)


def _numbers(item: str) -> list[str]:
    return [token for token in TOKEN.findall(item) if token[0] not in "\"'"]


def _formula(values: Sequence[int], variable: str) -> tuple[str, int]:
    """A formula of the number of the turn, and how many of the values it gives."""
    first, step = values[0], values[1] - values[0]
    sign = "+" if step > 0 else "-"
    times = variable if abs(step) == 1 else f"{abs(step)} * {variable}"
    power = f"2**{variable}"
    found = {
        str(first): [first for _ in values],
        power if first == 1 else f"{first} * {power}": [first * 2**k for k in range(len(values))],
        f"{first} // {power}": [_halved(first, k) for k in range(len(values))],
        f"{first} {sign} {times}": [first + k * step for k in range(len(values))],
    }
    return max(((text, _common(given, values)) for text, given in found.items()), key=_length)


def _halved(value: int, times: int) -> int:
    """As often as it has halves; else what no size is."""
    return value >> times if value % 2**times == 0 else -1


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many values two lists begin with alike."""
    pairs = zip(one, other, strict=True)
    return next((k for k, (a, b) in enumerate(pairs) if a != b), len(one))


def _length(found: tuple[str, int]) -> int:
    return found[1]
