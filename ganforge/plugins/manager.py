"""Finding and loading plugins: each on its own, so that one that fails stops no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.rules.plugins import UNKNOWN_HOOK, UNLISTED_PLUGIN
from ganforge.diagnostics.suggest import did_you_mean, nearest
from ganforge.plugins import hookspecs
from ganforge.plugins.absence import (
    INTERFACE,
    Absence,
    Owner,
    failure,
    left_out,
    other_interface,
    owner_of,
)
from ganforge.plugins.promised import stated_interface
from ganforge.plugins.selection import OWN, VARIABLE, canonical, selection

GROUP = "ganforge"
PREFIX = "ganforge_register_"
HOOKS = tuple(name for name in vars(hookspecs) if name.startswith(PREFIX))


@dataclass(frozen=True)
class Plugin:
    """A loaded plugin and its owner."""

    owner: Owner
    module: Any
    point: EntryPoint


@dataclass(frozen=True)
class Loaded:
    """The plugins that loaded, those that did not, and what else is wrong with them."""

    manager: pluggy.PluginManager
    plugins: tuple[Plugin, ...]
    absences: tuple[Absence, ...]
    found: tuple[Diagnostic, ...]


_MARK = f"{GROUP}_impl"


def load_plugins(points: Iterable[EntryPoint] | None = None) -> Loaded:
    """The plugins of the installed distributions, in the order of their names.

    points: entry points to load instead of those of the group `ganforge`.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    owned = sorted(_owned(points), key=lambda pair: (pair[0], pair[1].value))
    allows = selection().allows
    outcomes = [
        _loaded(owner, point, manager) if allows(owner.distribution) else left_out(owner, point)
        for owner, point in owned
    ]
    plugins = tuple(outcome for outcome in outcomes if isinstance(outcome, Plugin))
    found = [finding for plugin in plugins for finding in _unknown_hooks(plugin)]
    found += _not_installed({canonical(owner.distribution) for owner, _ in owned})
    absences = tuple(outcome for outcome in outcomes if isinstance(outcome, Absence))
    return Loaded(manager, plugins, absences, tuple(found))


def _owned(points: Iterable[EntryPoint] | None) -> Iterator[tuple[Owner, EntryPoint]]:
    for point in entry_points(group=GROUP) if points is None else points:
        yield owner_of(point), point


def _loaded(owner: Owner, point: EntryPoint, manager: pluggy.PluginManager) -> Plugin | Absence:
    try:
        if EntryPoint.pattern.match(point.value) is None:
            raise ImportError(f"`{point.value}` is no name of a module")
        module = point.load()
    except (Exception, SystemExit) as error:
        stated = stated_interface(point)
        if stated not in (None, INTERFACE):
            return other_interface(owner, point, stated)
        return failure(owner, point, error)
    return _registered(Plugin(owner, module, point), manager)


def _registered(plugin: Plugin, manager: pluggy.PluginManager) -> Plugin | Absence:
    owner, point = plugin.owner, plugin.point
    stated = getattr(plugin.module, "GANFORGE_INTERFACE", INTERFACE)
    if stated != INTERFACE or isinstance(stated, bool):
        return other_interface(owner, point, stated)
    # Entry points of two distributions may share a name, so the value is part of ours.
    name = f"{owner.distribution}:{owner.entry_point}:{point.value}"
    try:
        manager.register(plugin.module, name=name)
    except (Exception, SystemExit) as error:
        return failure(owner, point, error)
    return plugin


def _not_installed(installed: set[str]) -> Iterator[Diagnostic]:
    allowed = selection().allowed or frozenset()
    for name in sorted(allowed - installed - {OWN}):
        message = f"`{VARIABLE}` names `{name}`, and no installed distribution has plugins so named"
        help = did_you_mean(name, sorted(installed), "distribution")
        yield UNLISTED_PLUGIN.at(None, message, help=help)


def _unknown_hooks(plugin: Plugin) -> Iterator[Diagnostic]:
    for name, marked in _hook_like(plugin.module):
        if name not in HOOKS:
            message = f"{plugin.owner} defines `{name}`, which is no hook of ganforge"
            yield UNKNOWN_HOOK.at(None, message, help=did_you_mean(name, HOOKS, "hook"))
        elif not marked:
            message = f"{plugin.owner} defines `{name}` without the mark `@hookimpl`"
            help = "`from ganforge.plugins import hookimpl`, and write `@hookimpl` above it"
            yield UNKNOWN_HOOK.at(None, message, help=help)


def _hook_like(module: Any) -> Iterator[tuple[str, bool]]:
    """What is marked as a hook, or nearly has the name of one, and whether it is marked."""
    for name in sorted(dir(module)):
        try:
            hook = getattr(module, name)
            marked, can_be = hasattr(hook, _MARK), callable(hook)
        except Exception:
            continue  # a module may refuse what it lists
        near = name.startswith(PREFIX) or (name.startswith(GROUP) and nearest(name, HOOKS))
        if can_be and (marked or near):
            yield name, marked
