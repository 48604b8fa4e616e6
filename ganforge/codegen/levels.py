"""What a growing network computes at some of its levels, as conditions on `level`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ganforge.graph.nodes import Body, ByLevel

INTEGER = re.compile(r"(?<![\w.'\"])\d+(?![\w.'\"])")
LEVEL = "state.stage.level"


@dataclass(frozen=True)
class Said:
    """What a program says of a stage at a level."""

    level: int | None
    lines: Sequence[str]
    numbers: Mapping[str, str]


def are_alike(group: Sequence[Said], other: Said) -> bool:
    """Whether stages compute the same, but for numbers that follow from the level."""
    first = group[0]
    if (first.level is None) != (
        other.level is None
    ) or first.numbers.keys() != other.numbers.keys():
        return False
    if [INTEGER.sub("#", line) for line in first.lines] != [
        INTEGER.sub("#", line) for line in other.lines
    ]:
        return False
    if any(not _is_number(text) for text in _differing(first, other)):
        return False
    same = next((said for said in group if said.level == other.level), None)
    return same is None or (same.lines == other.lines and same.numbers == other.numbers)


def _differing(one: Said, other: Said) -> list[str]:
    return [text for name, text in other.numbers.items() if one.numbers[name] != text]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[\d.e-]+", text) is not None


def by_level(levels: Sequence[tuple[int, int]], texts: Sequence[Sequence[str]]) -> list[str]:
    """The lines of several stages as one text; a number that differs follows from the level.

    levels: of each stage, with its resolution.
    """
    return [_line(levels, lines) for lines in zip(*texts, strict=True)]


def _line(levels: Sequence[tuple[int, int]], lines: Sequence[str]) -> str:
    found = [INTEGER.findall(line) for line in lines]
    parts = INTEGER.split(lines[-1])
    text = parts[0]
    for place, after in enumerate(parts[1:]):
        numbers = [int(each[place]) for each in found]
        values = dict(zip((level for level, _ in levels), numbers, strict=True))
        is_res = len(values) > 1 and numbers == [res for _, res in levels]
        number = "state.stage.res" if is_res else following(values)
        computed = text.rstrip()[-1:] in (*"*/+-%",) or after.lstrip()[:1] in (*"*/+-%",)
        text += (f"({number})" if computed and " " in number else number) + after
    return text


def following(values: Mapping[int, int]) -> str:
    """An expression of the level that has these values."""
    (level, value), *rest = sorted(values.items())
    if all(other == value for _, other in rest):
        return str(value)
    step = (rest[0][1] - value) // (rest[0][0] - level)
    start = value - step * level
    if all(other == start + step * at for at, other in rest):
        times = LEVEL if step == 1 else f"{step} * {LEVEL}"
        return times if start == 0 else f"{times} {'+' if start > 0 else '-'} {abs(start)}"
    base, left = divmod(value, 2**level)
    if left == 0 and all(other == base * 2**at for at, other in rest):
        return f"{base} * 2**{LEVEL}" if base != 1 else f"2**{LEVEL}"
    entries = ", ".join(f"{at}: {other}" for at, other in sorted(values.items()))
    return f"{{{entries}}}[{LEVEL}]"


def indexed(body: Body) -> dict[int, str]:
    """What stands in a table by the variable of its loop, since the level asks for one of them:
    `rgb[0]`, `rgb[1]`, and `rgb[level]`.
    """
    found: dict[int, str] = {}
    for index, node in enumerate(body.nodes):
        if not isinstance(node.operation, ByLevel):
            continue
        names = [re.fullmatch(r"(\w+)_(\d+)", body.nodes[i].name or "") for i in node.inputs]
        single = all(len(levels) == 1 for levels in node.operation.levels)
        if not single or not all(names):
            continue
        parts = [(m[1], int(m[2])) for m in names if m]
        offsets = {v - of[0] for (_, v), of in zip(parts, node.operation.levels, strict=True)}
        if len({base for base, _ in parts}) == 1 and len(offsets) == 1:
            offset = offsets.pop()
            shift = f" {'+' if offset > 0 else '-'} {abs(offset)}" if offset else ""
            found[index] = f"{parts[0][0]}[level{shift}]"
            found |= {i: f"{b}[{v}]" for i, (b, v) in zip(node.inputs, parts, strict=True)}
    return found


def condition_of(levels: Collection[int], among: Collection[int]) -> str:
    """That the level is one of these, where it is one of `among`."""
    low, high = min(levels), max(levels)
    if set(levels) == {level for level in among if level >= low} and low < high:
        return f"level >= {low}"
    if set(levels) == {level for level in among if level <= high} and low < high:
        return f"level <= {high}"
    if len(levels) == 1:
        return f"level == {low}"
    if set(levels) == {level for level in among if low <= level <= high}:
        return f"{low} <= level <= {high}"
    return f"level in {tuple(sorted(levels))}"


def chosen(levels: Sequence[Collection[int]], texts: Sequence[str], among: Collection[int]) -> str:
    """The expression of what the level chooses; only that is computed."""
    order = sorted(range(len(levels)), key=lambda k: (len(levels[k]), min(levels[k])))
    left, text = set(among), ""
    for k in order[:-1]:
        text += f"{texts[k]} if {condition_of(levels[k], left)} else "
        left -= set(levels[k])
    return text + texts[order[-1]]
