"""Many specs checked by several processes; the reports keep the order of the specs."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WORTH = 48
"""Specs for each process; with fewer, starting it takes longer than it saves."""
WORTH_FORK = 8
"""The same where it begins as a fork."""
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
    forks = _may_fork()
    worth = WORTH_FORK if forks else WORTH
    workers = min(cores() if jobs is None else jobs, len(items) // worth)
    if workers < 2:
        return _alone(function, items)
    return (_forked if forks else _spread)(function, items, workers)


def _may_fork() -> bool:
    """Whether a fork is sound: a lock that another thread holds would stay closed in it. Python
    does not know the threads of torch.
    """
    alone = threading.active_count() == 1 and "torch" not in sys.modules
    return alone and sys.platform == "linux"


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


def _forked(function: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[R]:
    """By forks of this process, which does the first item: they begin with all that it loads.
    Not if that is torch, as a plugin may ask.
    """
    yield from _alone(function, items[:1])
    context = multiprocessing.get_context("fork") if _may_fork() else _clean()
    yield from _by_pool(function, items[1:], workers, context, 2)


def _spread(function: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[R]:
    yield from _by_pool(function, items, workers, _clean(), WORTH // 4)


def _by_pool(
    function: Callable[[T], R],
    items: Sequence[T],
    workers: int,
    context: multiprocessing.context.BaseContext,
    chunk: int,
) -> Iterator[R]:
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, context, _collect_seldom) as pool:
        yield from pool.map(function, items, chunksize=max(1, chunk))


def _clean() -> multiprocessing.context.BaseContext:
    """Processes that begin anew."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ganforge.checking.survey"])  # imported once, for all
    return context
