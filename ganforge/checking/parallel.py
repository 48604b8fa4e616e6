"""Many specs checked by several processes; the reports keep the order of the specs."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WORTH = 48
"""Specs for each process; with fewer, starting it takes longer than it saves."""


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def mapped(function: Callable[[T], R], items: Sequence[T], jobs: int | None = None) -> Iterator[R]:
    """`function` of every item, in order; by `jobs` processes, as far as that pays.

    function: importable, or a partial of one that is. jobs: None for as many as there are cores.
    """
    workers = min(cores() if jobs is None else jobs, len(items) // WORTH)
    if workers < 2:
        return map(function, items)
    return _spread(function, items, workers)


def _spread(function: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[R]:
    from concurrent.futures import ProcessPoolExecutor

    context = _context()
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(function, items, chunksize=max(1, WORTH // 4))


def _context() -> multiprocessing.context.BaseContext:
    """Processes that begin clean: of a fork of this one a lock could stay closed."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ganforge.checking.survey"])  # imported once, for all
    return context
