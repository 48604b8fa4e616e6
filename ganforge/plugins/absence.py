"""Plugins, or single hooks of them, that give nothing, and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.rules.plugins import PLUGIN_FAILED, PLUGIN_INTERFACE
from ganforge.plugins.promised import promised_names
from ganforge.plugins.selection import canonical, selection

INTERFACE = 1
"""The version of the plugin interface: of the hooks, and of the declarations they give."""


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """Who gives a name: a distribution, its version, and the entry point in it."""

    distribution: str
    version: str = ""
    entry_point: str = ""

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()


@dataclass(frozen=True)
class Absence:
    """A plugin that gives nothing, or one hook of it.

    reason: as in "X 1.2, which failed to load: ...". finding: what a report says of it; None where
    it was left out on purpose. error: what it raised. hook: the one that raised, if not the import.
    """

    owner: Owner
    reason: str
    help: str
    point: EntryPoint
    finding: Diagnostic | None = None
    error: BaseException | None = None
    hook: str = ""

    @cached_property
    def promised(self) -> frozenset[tuple[str, str]]:
        """Kinds and names that it would have given, as far as its source tells without running."""
        return promised_names(self.point)

    def promises(self, kind: str, name: str) -> bool:
        """Whether it would have given this name, or this `distribution/name`."""
        distribution, slash, bare = name.rpartition("/")
        if slash and canonical(distribution) != canonical(self.owner.distribution):
            return False
        return (kind, bare) in self.promised


def failure(owner: Owner, point: EntryPoint, error: BaseException, hook: str = "") -> Absence:
    """A plugin that raised while it was imported, or while one of its hooks was asked."""
    said = summary(error)
    does = f"fails in `{hook}`" if hook else "does not load"
    message = f"the plugin `{owner.entry_point}` of {owner} {does}: {said}"
    help = f"`pip install -U {owner.distribution}`, or `pip uninstall {owner.distribution}`"
    if isinstance(error, ModuleNotFoundError) and error.name:
        own = f"{point.value.partition(':')[0].strip()}.".startswith(f"{error.name}.")
        named = "its entry point names" if own else "it imports"
        help = f"{named} `{error.name}`, which is not installed; else {help}"
    finding = PLUGIN_FAILED.at(None, message, help=help)
    reason = f"failed in `{hook}`: {said}" if hook else f"failed to load: {said}"
    return Absence(owner, reason, help, point, finding, error, hook)


def summary(error: BaseException) -> str:
    """An exception in one line: its type and what it says."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


def other_interface(owner: Owner, point: EntryPoint, stated: object) -> Absence:
    """A plugin that is written for another version of the interface."""
    message = (
        f"the plugin `{owner.entry_point}` of {owner} is written for interface {stated}, "
        f"and this ganforge has interface {INTERFACE}"
    )
    older = isinstance(stated, int) and stated < INTERFACE
    help = f"update it: `pip install -U {owner.distribution}`"
    if not older:
        help = "update ganforge: `pip install -U ganforge`"
    if not isinstance(stated, int) or isinstance(stated, bool):
        help = f"its author writes `GANFORGE_INTERFACE = {INTERFACE}`"
    reason = f"is written for interface {stated} of plugins, and this ganforge has {INTERFACE}"
    finding = PLUGIN_INTERFACE.at(None, message, help=help)
    return Absence(owner, reason, help, point, finding)


def left_out(owner: Owner, point: EntryPoint) -> Absence:
    """A plugin that the user chose not to load."""
    said = selection().said
    help = f"run it without `{said}`"
    if said != "--no-plugins":
        help = f"add `{owner.distribution}` to `GANFORGE_PLUGINS`"
    return Absence(owner, f"is left out by `{said}`", help, point)
