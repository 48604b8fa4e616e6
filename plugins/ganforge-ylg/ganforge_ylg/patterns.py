"""Which cells of a grid attend to which: sparse patterns in one dimension, laid over two.

A pattern is a list of rows; row i says for each cell j whether i attends to j. In one dimension
n cells stand in blocks of floor(sqrt(n)). Daras et al. 2019, https://arxiv.org/abs/1911.12287,
sections 3 and 4; names and order of heads as in the authors' code (giannisdaras/ylg, ylg/masks.py).
"""

from __future__ import annotations

from math import isqrt


def floor_pattern(cells: int, backward: bool) -> list[list[bool]]:
    """Each cell attends to those before it in its block and itself; behind it if `backward`."""
    side = isqrt(cells)
    rows = [[j // side == i // side and j <= i for j in range(cells)] for i in range(cells)]
    return [list(column) for column in zip(*rows, strict=True)] if backward else rows


def repetitive_pattern(cells: int, backward: bool) -> list[list[bool]]:
    """Each cell attends to itself and to the last cell of every block; to the first if
    `backward`.
    """
    side = isqrt(cells)
    ends = {min(start + side, cells) - 1 for start in range(0, cells, side)}
    marked = set(range(0, cells, side)) if backward else ends
    return [[i == j or j in marked for j in range(cells)] for i in range(cells)]


def by_distance(height: int, width: int) -> list[int]:
    """The cells of a grid, as row * width + column, by their Manhattan distance from the first.

    This is the enumeration of "enumerate, shift, apply": neighbours in the list are near each
    other in the grid, which rows one after another are not. Ties go by rows.
    """
    cells = range(height * width)
    return sorted(cells, key=lambda cell: (cell // width + cell % width, cell))


def laid_over(rows: list[list[bool]], order: list[int]) -> list[list[bool]]:
    """A pattern of one dimension over a grid: its k-th cell is the k-th of the order."""
    result = [[False] * len(order) for _ in order]
    for i, row in enumerate(rows):
        for j, attends in enumerate(row):
            result[order[i]][order[j]] = attends
    return result


def head_pattern(step: str, backward: bool, height: int, width: int) -> list[list[bool]]:
    """The pattern of one head over a grid of keys. step: `floor` or `repetitive`."""
    make = floor_pattern if step == "floor" else repetitive_pattern
    return laid_over(make(height * width, backward), by_distance(height, width))


def head_kinds(heads: int, steps: tuple[str, ...], direction: str) -> list[tuple[str, bool]]:
    """Step and `backward` of each head. The steps of one attention stand in neighbouring heads;
    with both directions the first half of these groups runs from right to left.
    """
    groups = heads // len(steps)
    backward = {"both": (groups + 1) // 2, "right-to-left": groups, "left-to-right": 0}[direction]
    return [(step, group < backward) for group in range(groups) for step in steps]
