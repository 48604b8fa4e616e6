"""Which plugins take part: all that are installed, some, or the built-in ones alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

OWN = "ganforge"
"""The distribution of the built-in plugin, which always takes part."""
VARIABLE = "GANFORGE_PLUGINS"
"""The environment variable that lists the distributions whose plugins may load."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What may load. `allowed` is None where every installed plugin may.

    strict: whether every problem of a plugin is an error. local: whether the code that a spec
    names may run. said: what the user said to leave plugins out.
    """

    allowed: frozenset[str] | None = None
    strict: bool = False
    local: bool = False
    said: str = ""

    def allows(self, distribution: str) -> bool:
        """Whether the plugins of a distribution may load."""
        name = canonical(distribution)
        return self.allowed is None or name == OWN or name in self.allowed


_chosen: ContextVar[Selection | None] = ContextVar("selection", default=None)


def canonical(distribution: str) -> str:
    """A distribution's name as PEP 503 compares names: `My_Blocks` is `my-blocks`."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def selection() -> Selection:
    """What was chosen on the command line, else by the environment."""
    return _chosen.get() or _of_environment()


def _of_environment() -> Selection:
    listed = os.environ.get(VARIABLE)
    if listed is None:
        return Selection()
    names = frozenset(canonical(name.strip()) for name in listed.split(",") if name.strip())
    return Selection(allowed=names, said=f"{VARIABLE}={listed.strip()}")


@contextmanager
def chosen(*, no_plugins: bool = False, **more: Any) -> Iterator[Selection]:
    """Within it, plugins are selected so. no_plugins: the built-in ones alone.

    more: further fields of `Selection`.
    """
    now = replace(selection(), **more)
    if no_plugins:
        now = replace(now, allowed=frozenset(), said="--no-plugins")
    with using(now):
        yield now


@contextmanager
def using(given: Selection) -> Iterator[None]:
    """Within it, plugins are selected as another process chose."""
    token = _chosen.set(given)
    try:
        yield
    finally:
        _chosen.reset(token)
