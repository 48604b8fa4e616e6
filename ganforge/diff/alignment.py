"""Which layer of one network is which of another."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
Pair = tuple[int | None, int | None]

MAX_CELLS = 400_000
"""Above this product of two lengths layers are paired in order, since time grows with it."""


def align(one: Sequence[T], other: Sequence[T], score: Callable[[T, T], float]) -> list[Pair]:
    """Pairs of indices, None for an element that the other side lacks, in order.

    The pairs have the greatest sum of scores; elements of score 0 are never paired (Needleman and
    Wunsch 1970, with gaps that cost nothing). Equal beginnings and ends are paired first.
    """
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    rows, columns = len(one) - start - end, len(other) - start - end
    middle = _in_order if rows * columns > MAX_CELLS else _best
    inner = middle(one[start : len(one) - end], other[start : len(other) - end], score)
    return [
        *((k, k) for k in range(start)),
        *((_moved(i, start), _moved(j, start)) for i, j in inner),
        *((start + rows + k, start + columns + k) for k in range(end)),
    ]


def _moved(index: int | None, by: int) -> int | None:
    return None if index is None else index + by


def _best(one: Sequence[T], other: Sequence[T], score: Callable[[T, T], float]) -> list[Pair]:
    sums = [[0.0] * (len(other) + 1) for _ in range(len(one) + 1)]
    scores = [[score(a, b) for b in other] for a in one]
    for i in reversed(range(len(one))):
        for j in reversed(range(len(other))):
            paired = scores[i][j] + sums[i + 1][j + 1] if scores[i][j] else 0.0
            sums[i][j] = max(paired, sums[i + 1][j], sums[i][j + 1])
    pairs: list[Pair] = []
    i = j = 0
    while i < len(one) and j < len(other):
        if scores[i][j] and sums[i][j] == scores[i][j] + sums[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif sums[i][j] == sums[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs += [(k, None) for k in range(i, len(one))]
    return [*pairs, *((None, k) for k in range(j, len(other)))]


def _in_order(one: Sequence[T], other: Sequence[T], score: Callable[[T, T], float]) -> list[Pair]:
    pairs: list[Pair] = []
    for k in range(max(len(one), len(other))):
        both = k < len(one) and k < len(other) and score(one[k], other[k]) > 0
        if both:
            pairs.append((k, k))
            continue
        pairs += [(k, None)] if k < len(one) else []
        pairs += [(None, k)] if k < len(other) else []
    return pairs


def likeness(one: str, other: str) -> float:
    """The share of arguments that two calls such as `Conv2d(3, 64)` have in common."""
    mine, others = (re.split(r"[(),]\s*", text) for text in (one, other))
    same: int = sum(a == b for a, b in zip(mine, others, strict=False))
    return same / max(len(mine), len(others))
