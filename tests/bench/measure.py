"""Interleaved pairs and their ratios, so that a noisy machine disturbs both sides alike."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """How many times longer the second side takes: the median, and 90 % of its resamples."""

    first: float
    second: float
    ratio: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.ratio:.2f} ({self.low:.2f} to {self.high:.2f})"


def compare(first: Work, second: Work, pairs: int, repeats: int = 1) -> Ratio:
    """Time `first` and `second` in turn; ratios above 1 say that `first` is faster."""
    times = [(seconds(first, repeats), seconds(second, repeats)) for _ in range(pairs)]
    ratios = [b / a for a, b in times]
    draw = random.Random(0)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(1000))
    return Ratio(
        statistics.median(a for a, _ in times),
        statistics.median(b for _, b in times),
        statistics.median(ratios),
        medians[50],
        medians[950],
    )


def seconds(work: Work, repeats: int = 1) -> float:
    """The mean time of one call."""
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats
