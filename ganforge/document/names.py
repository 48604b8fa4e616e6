"""Specs that are found by their names: those that come with ganforge, and those of plugins."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from dataclasses import dataclass

from ganforge.resources import folder


def shipped_names() -> list[str]:
    """The names of the specs that come with ganforge."""
    return sorted(path.stem for path in folder("specs").glob("*.toml"))


def shipped(name: str) -> pathlib.Path | None:
    """The file of a spec that comes with ganforge, by its bare name; None where there is none."""
    return folder("specs") / f"{name}.toml" if name in shipped_names() else None


@dataclass(frozen=True)
class SpecNames:
    """Which files names stand for; a shipped spec goes before one of a plugin.

    further: the names of plugins' specs. find: the file of one, by its name or
    `distribution/name`. explain: for a name that some plugin would give, why there is no such
    file, and what to do.
    """

    further: tuple[str, ...] = ()
    find: Callable[[str], pathlib.Path | None] = lambda name: None
    explain: Callable[[str], tuple[str, str] | None] = lambda name: None

    def file(self, name: str) -> pathlib.Path | None:
        """The file of a spec; None where no spec has this name."""
        return shipped(name) or self.find(name)

    def bare(self) -> list[str]:
        """All names, none with its distribution."""
        return sorted({*shipped_names(), *self.further})
