"""Finding and loading plugins: each on its own, so that one that fails stops no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.rules.plugins import PLUGIN_FAILED, PLUGIN_INTERFACE, UNKNOWN_HOOK
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.plugins import hookspecs

GROUP = "ganforge"
INTERFACE = 1
PREFIX = "ganforge_register_"
HOOKS = tuple(name for name in vars(hookspecs) if name.startswith(PREFIX))


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """Who gives a name: a distribution, its version, and the entry point in it."""

    distribution: str
    version: str = ""
    entry_point: str = ""

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()


@dataclass(frozen=True)
class Plugin:
    """A loaded plugin and its owner."""

    owner: Owner
    module: Any


Outcome = Plugin | Diagnostic


def load_plugins(
    points: Iterable[EntryPoint] | None = None,
) -> tuple[pluggy.PluginManager, tuple[Plugin, ...], tuple[Diagnostic, ...]]:
    """The plugins of the installed distributions, in the order of their names.

    points: entry points to load instead of those of the group `ganforge`.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    plugins: list[Plugin] = []
    found: list[Diagnostic] = []
    for owner, point in sorted(_owned(points), key=lambda pair: (pair[0], pair[1].value)):
        outcome = _loaded(owner, point, manager)
        if isinstance(outcome, Plugin):
            plugins.append(outcome)
            found += _unknown_hooks(outcome)
        else:
            found.append(outcome)
    return manager, tuple(plugins), tuple(found)


def _owned(points: Iterable[EntryPoint] | None) -> Iterator[tuple[Owner, EntryPoint]]:
    for point in entry_points(group=GROUP) if points is None else points:
        if point.dist is None:
            yield Owner(point.module, "", point.name), point
        else:
            yield Owner(point.dist.name, point.dist.version, point.name), point


def _loaded(owner: Owner, point: EntryPoint, manager: pluggy.PluginManager) -> Outcome:
    try:
        module = point.load()
        stated = getattr(module, "GANFORGE_INTERFACE", INTERFACE)
        if stated != INTERFACE:
            return _other_interface(owner, stated)
        # Entry points of two distributions may share a name, so the value is part of ours.
        manager.register(module, name=f"{owner.distribution}:{owner.entry_point}:{point.value}")
    except (Exception, SystemExit) as error:
        return failed(owner, error)
    return Plugin(owner, module)


def failed(owner: Owner, error: BaseException) -> Diagnostic:
    """The diagnostic for a plugin that raised while it was loaded or asked."""
    summary = f"{type(error).__name__}: {error}".splitlines()[0]
    message = f"the plugin `{owner.entry_point}` of {owner} does not load: {summary}"
    help = f"`pip install -U {owner.distribution}`, or `pip uninstall {owner.distribution}`"
    if isinstance(error, ModuleNotFoundError) and error.name:
        help = f"it imports `{error.name}`, which is not installed; else {help}"
    return PLUGIN_FAILED.at(None, message, help=help)


def _other_interface(owner: Owner, stated: object) -> Diagnostic:
    message = (
        f"the plugin `{owner.entry_point}` of {owner} is written for interface {stated}, "
        f"and this ganforge has interface {INTERFACE}"
    )
    help = f"update one of them: `pip install -U ganforge {owner.distribution}`"
    return PLUGIN_INTERFACE.at(None, message, help=help)


def _unknown_hooks(plugin: Plugin) -> Iterator[Diagnostic]:
    for name in sorted(dir(plugin.module)):
        hook = getattr(plugin.module, name, None)
        marked = hasattr(hook, f"{GROUP}_impl")
        if not callable(hook) or not (marked or name.startswith(PREFIX)):
            continue
        if name not in HOOKS:
            message = f"{plugin.owner} defines `{name}`, which is no hook of ganforge"
            yield UNKNOWN_HOOK.at(None, message, help=did_you_mean(name, HOOKS, "hook"))
        elif not marked:
            message = f"{plugin.owner} defines `{name}` without the mark `@hookimpl`"
            help = "`from ganforge.plugins import hookimpl`, and write `@hookimpl` above it"
            yield UNKNOWN_HOOK.at(None, message, help=help)
