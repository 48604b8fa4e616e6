"""Many specs checked by several processes; the reports keep the order of the specs."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WORTH = 48
"""Specs for each process; with fewer, starting it takes longer than it saves."""
SELDOM = 50_000
"""New objects after which the collector looks for cycles. Compiling makes many and few cycles:
by default a fifth of the time of a check would go into looking.
"""


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def mapped(function: Callable[[T], R], items: Sequence[T], jobs: int | None = None) -> Iterator[R]:
    """`function` of every item, in order; by `jobs` processes, as far as that pays.

    function: importable, or a partial of one that is. jobs: None for as many as there are cores.
    """
    workers = min(cores() if jobs is None else jobs, len(items) // WORTH)
    return _alone(function, items) if workers < 2 else _spread(function, items, workers)


def _alone(function: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    before = gc.get_threshold()
    _collect_seldom()
    try:
        yield from map(function, items)
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def _collect_seldom() -> None:
    gc.freeze()  # what is imported stays
    gc.set_threshold(SELDOM)


def _spread(function: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[R]:
    from concurrent.futures import ProcessPoolExecutor

    context = _context()
    with ProcessPoolExecutor(workers, context, _collect_seldom) as pool:
        yield from pool.map(function, items, chunksize=max(1, WORTH // 4))


def _context() -> multiprocessing.context.BaseContext:
    """Processes that begin clean: of a fork of this one a lock could stay closed."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ganforge.checking.survey"])  # imported once, for all
    return context
