"""What is asked of one body again and again: passes, stages and calls share bodies."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from ganforge.graph.nodes import Body

T = TypeVar("T")


def once(answer: Callable[[Body], T]) -> Callable[[Body], T]:
    """Remembers what a function answers for a body for as long as the body lives."""
    known: WeakKeyDictionary[Body, T] = WeakKeyDictionary()

    @wraps(answer)
    def remembered(body: Body) -> T:
        if body not in known:
            known[body] = answer(body)
        return known[body]

    return remembered
