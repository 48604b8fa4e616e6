"""Plugins, or single hooks of them, that give nothing, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint
from pathlib import Path
from traceback import extract_tb
from urllib.parse import unquote

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.rules.plugins import PLUGIN_FAILED, PLUGIN_INTERFACE
from ganforge.plugins.kinds import BY_NOUN
from ganforge.plugins.promised import Promised, promised_by, source_files
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


def owner_of(point: EntryPoint) -> Owner:
    """Who gives a plugin: its distribution, or the module where it has none."""
    distribution, version = point.value.partition(":")[0].strip(), ""
    if point.dist is not None:
        # A damaged installation may lack both.
        distribution = getattr(point.dist, "name", None) or distribution
        version = getattr(point.dist, "version", None) or ""
    return Owner(distribution, version, point.name)


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
    def told(self) -> Promised:
        """What it would have given, as far as its source tells without running."""
        return promised_by(self.point)

    @property
    def promised(self) -> frozenset[tuple[str, str]]:
        """Kinds and names that it would have given for sure."""
        return self.told.names

    def promises(self, kind: str, name: str) -> bool:
        """Whether it would have given this name, or this `distribution/name`."""
        bare = self._bare(name)
        return bare is not None and (kind, bare) in self.promised

    def mentions(self, kind: str, name: str) -> bool:
        """Whether it may have given this name, by its distribution or by words in its source that
        name nothing else.
        """
        bare = self._bare(name)
        if bare is None or not self._could(kind):
            return False
        other = any(bare == promised for _, promised in self.promised)
        return bare != name or (bare in self.told.words and not other)

    def may_give(self, kind: str, name: str) -> bool:
        """Whether its source leaves open that it would have given this name."""
        return self._bare(name) is not None and self._could(kind) and self.told.partly

    def _could(self, kind: str) -> bool:
        return not self.hook or BY_NOUN[kind].hook == self.hook

    def _bare(self, name: str) -> str | None:
        """A name without its distribution; None where that is another one."""
        distribution, slash, bare = name.rpartition("/")
        other = slash and canonical(distribution) != canonical(self.owner.distribution)
        return None if other else bare


def failure(owner: Owner, point: EntryPoint, error: BaseException, hook: str = "") -> Absence:
    """A plugin that raised while it was imported, or while one of its hooks was asked."""
    said = f"{summary(error)}{_place(error, point)}"
    does = f"fails in `{hook}`" if hook else "does not load"
    message = f"the plugin `{owner.entry_point}` of {owner} {does}: {said}"
    help = _remedy(owner, point)
    if isinstance(error, ModuleNotFoundError) and error.name:
        own = f"{point.value.partition(':')[0].strip()}.".startswith(f"{error.name}.")
        named = "its entry point names" if own else "it imports"
        help = f"{named} `{error.name}`, which is not installed; else {help}"
    finding = PLUGIN_FAILED.at(None, message, help=f"{help}; {_DOCTOR} shows where")
    reason = f"failed in `{hook}`: {said}" if hook else f"failed to load: {said}"
    return Absence(owner, reason, help, point, finding, error, hook)


_DOCTOR = "`ganforge plugins doctor --traceback`"


def summary(error: BaseException) -> str:
    """An exception in one line: its type and what it says."""
    if isinstance(error, SyntaxError) and error.filename:
        said = f"{error.msg}, at {shown(error.filename)}:{error.lineno}"
        return f"{type(error).__name__}: {said}"
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def shown(file: str) -> str:
    """A path as a message has it: from the working folder, where it lies in that."""
    path = Path(file)
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _place(error: BaseException, point: EntryPoint) -> str:
    """The last line of the plugin's own files that an error came through, if there is one."""
    if isinstance(error, SyntaxError):
        return ""  # its summary has the place
    own = {str(file.resolve()) for file in source_files(point)}
    frames = [f for f in extract_tb(error.__traceback__) if str(Path(f.filename).resolve()) in own]
    return f", at {shown(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""


def _remedy(owner: Owner, point: EntryPoint) -> str:
    """What to do about a plugin that fails: its author corrects it, others take another version."""
    if point.dist is None:
        return "correct the file"
    if folder := editable_folder(point):
        return f"correct it in `{folder}`"
    return f"`pip install -U {owner.distribution}`, or `pip uninstall {owner.distribution}`"


def editable_folder(point: EntryPoint) -> str | None:
    """The folder from which a plugin was installed for editing, if it was."""
    try:
        origin = json.loads((point.dist and point.dist.read_text("direct_url.json")) or "{}")
        if origin.get("dir_info", {}).get("editable"):
            return unquote(origin["url"].removeprefix("file://"))
    except (OSError, ValueError, AttributeError, KeyError):
        pass  # how it was installed is not known
    return None


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
