"""What the installed plugins give, by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import Any, TypeVar

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.rules.plugins import NAME_CLASH, UNKNOWN_PART
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.plugins.declarations import Block, DataSource, Init, Loss, Parametrization
from ganforge.plugins.manager import Owner, Plugin, failed, load_plugins

T = TypeVar("T")
Declaration = Block | Loss | Init | Parametrization | DataSource

_KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Catalog(Mapping[str, T]):
    """Declarations by name, found by `distribution/name` too; only bare names are listed."""

    bare: Mapping[str, T]
    full: Mapping[str, T]

    def __getitem__(self, name: str) -> T:
        return self.full[name] if "/" in name else self.bare[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.bare)

    def __len__(self) -> int:
        return len(self.bare)


@dataclass(frozen=True)
class Registry:
    """The blocks, losses, inits, parametrisations and data sources that a spec may name.

    Where two distributions give one name, the bare name stands for neither: `clashes` holds, by
    kind and name, what to report when a spec uses it. `distribution/name` always works.

    owners: who gives a declaration, by kind (`block`, `loss`, `init`, `parametrisation`, `data
        source`) and full name.
    diagnostics: plugins that could not be loaded, and hooks that are never called.
    """

    blocks: Catalog[Block]
    losses: Catalog[Loss]
    inits: Catalog[Init]
    weights: Catalog[Parametrization]
    sources: Catalog[DataSource]
    owners: Mapping[tuple[str, str], Owner]
    clashes: Mapping[tuple[str, str], Diagnostic]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def requires(self) -> frozenset[str]:
        """The libraries that declarations name, which scripts import."""
        parts = (self.blocks, self.losses, self.inits, self.weights, self.sources)
        given = (item for part in parts for item in part.full.values())
        return frozenset(name for item in given for name in item.requires)

    def missing(self, kind: str, name: str) -> Diagnostic:
        """Why nothing of this kind has this name: it is unknown, or two plugins give it."""
        if (kind, name) in self.clashes:
            return self.clashes[kind, name]
        bare = sorted(known for k, known in self.owners if k == kind and "/" not in known)
        message = f"there is no {kind} `{name}`"
        return UNKNOWN_PART.at(None, message, help=did_you_mean(name, bare, kind))


@dataclass
class _Gathered:
    items: dict[tuple[str, str], list[tuple[Owner, Any]]] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)


_KINDS: tuple[tuple[str, str, type[Declaration]], ...] = (
    ("block", "ganforge_register_blocks", Block),
    ("loss", "ganforge_register_losses", Loss),
    ("init", "ganforge_register_inits", Init),
    ("parametrisation", "ganforge_register_weights", Parametrization),
    ("data source", "ganforge_register_data_sources", DataSource),
)


def load_registry(points: Iterable[EntryPoint] | None = None) -> Registry:
    """What the installed plugins give; nothing here imports torch.

    points: entry points to load instead of those of the group `ganforge`.
    """
    manager, plugins, found = load_plugins(points)
    gathered = _Gathered(found=list(found))
    by_module = {id(plugin.module): plugin for plugin in plugins}
    for kind, hook, type_ in _KINDS:
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            plugin = by_module.get(id(implementation.plugin))
            if plugin is not None:  # None: it failed halfway through its registration
                _gather(plugin, kind, type_, implementation.function, gathered)
    return _registry(gathered)


def _gather(
    plugin: Plugin, kind: str, type_: type[Declaration], hook: Any, gathered: _Gathered
) -> None:
    try:
        given = [_checked(item, kind, type_) for item in hook()]
    except (Exception, SystemExit) as error:
        gathered.found.append(failed(plugin.owner, error))
        return
    for item in given:
        gathered.items.setdefault((kind, item.name), []).append((plugin.owner, item))


def _checked(item: object, kind: str, type_: type[Declaration]) -> Declaration:
    if not isinstance(item, type_):
        raise TypeError(f"{item!r} is no {type_.__name__}, and it is given as a {kind}")
    if not _KEBAB.fullmatch(item.name):
        raise ValueError(f"the {kind} `{item.name}` is not named in kebab-case")
    return item


def _registry(gathered: _Gathered) -> Registry:
    owners: dict[tuple[str, str], Owner] = {}
    clashes: dict[tuple[str, str], Diagnostic] = {}
    bare: dict[str, dict[str, Any]] = {kind: {} for kind, _, _ in _KINDS}
    full: dict[str, dict[str, Any]] = {kind: {} for kind, _, _ in _KINDS}
    for (kind, name), given in sorted(gathered.items.items(), key=lambda item: item[0]):
        if len(given) > 1:
            clashes[kind, name] = _clash(kind, name, sorted(owner for owner, _ in given))
        else:
            owners[kind, name], bare[kind][name] = given[0]
        for owner, item in given:
            long_name = f"{owner.distribution}/{name}"
            owners[kind, long_name], full[kind][long_name] = owner, item
    blocks, losses, inits, weights, sources = (
        Catalog(bare[kind], full[kind]) for kind, _, _ in _KINDS
    )
    found = tuple(gathered.found)
    return Registry(blocks, losses, inits, weights, sources, owners, clashes, found)


def _clash(kind: str, name: str, owners: list[Owner]) -> Diagnostic:
    givers = " and ".join(map(str, owners))
    message = f"the {kind} `{name}` is given by {givers}"
    full = " or ".join(dict.fromkeys(f"`{owner.distribution}/{name}`" for owner in owners))
    return NAME_CLASH.at(None, message, help=f"write {full}, or uninstall one of them")
