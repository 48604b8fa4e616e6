"""What the installed plugins give, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, TypeVar

from ganforge.commands import COMMANDS
from ganforge.diagnostics import rules
from ganforge.diagnostics.diagnostic import Diagnostic, Rule, Severity
from ganforge.diagnostics.habits import of_word
from ganforge.diagnostics.rules.plugins import (
    NAME_CLASH,
    PLUGIN_FAILED,
    PLUGIN_INTERFACE,
    UNKNOWN_HOOK,
    UNKNOWN_PART,
)
from ganforge.diagnostics.suggest import MOST_SHOWN, did_you_mean, nearest
from ganforge.document.names import shipped_names
from ganforge.plugins import declarations
from ganforge.plugins.absence import Absence, Owner, failure
from ganforge.plugins.declarations import (
    Block,
    Check,
    Command,
    DataSource,
    Init,
    Loss,
    Metric,
    Parametrization,
    SpecFile,
)
from ganforge.plugins.kinds import KINDS, Kind
from ganforge.plugins.manager import Plugin, load_plugins
from ganforge.plugins.selection import OWN, canonical, selection

T = TypeVar("T")

_LISTED = {"block": "ganforge blocks", "loss": "ganforge losses", "spec": "ganforge list"}
"""The commands that list what is too much for a message."""

_GIVES_LESS = {rule.code for rule in (PLUGIN_FAILED, PLUGIN_INTERFACE, UNKNOWN_HOOK)}
"""Findings of plugins by which a name may be missing that their source does not tell."""


_COMPARED = frozenset({"block", "loss", "init", "parametrisation", "data source"})
"""Kinds whose declarations are told apart by their names: one that does not have its bare name has
its full one.
"""


@dataclass(frozen=True)
class Catalog(Mapping[str, T]):
    """Declarations by name, found by `distribution/name` too; only bare names are listed."""

    bare: Mapping[str, T]
    full: Mapping[str, T]

    def __getitem__(self, name: str) -> T:
        if "/" not in name:
            return self.bare[name]
        distribution, _, bare = name.rpartition("/")
        return self.full[f"{canonical(distribution)}/{bare}"]

    def __iter__(self) -> Iterator[str]:
        return iter(self.bare)

    def __len__(self) -> int:
        return len(self.bare)

    def listed(self) -> Iterator[tuple[str, T]]:
        """All there is: by its bare name, or by its full one where another has that."""
        shown = {id(item) for item in self.bare.values()}
        yield from self.bare.items()
        yield from ((name, item) for name, item in self.full.items() if id(item) not in shown)


@dataclass(frozen=True)
class Registry:
    """What a spec, and the command line, may name.

    A built-in part keeps its name where a plugin gives another of that name: `hidden` holds, by
    kind and `distribution/name`, what there is to say of the other. So do the built-in commands and
    the shipped specs, which are no part of a plugin. Where two other distributions
    give one name, the bare name stands for neither: `clashes` holds, by kind and name, what to
    report when a spec uses it. `distribution/name` always works. A declaration that does not have
    its bare name is called by its full one, so that no rule takes it for another.

    owners: who gives a declaration, by kind (`block`, `loss`, `init`, `parametrisation`, `data
        source`, `metric`, `spec`, `rule`, `command`) and name, with and without its distribution.
    diagnostics: what is wrong with plugins, whatever a spec says.
    plugins: those that loaded. absences: those that did not, hooks that failed, and what was left
        out.
    """

    blocks: Catalog[Block]
    losses: Catalog[Loss]
    inits: Catalog[Init]
    weights: Catalog[Parametrization]
    sources: Catalog[DataSource]
    metrics: Catalog[Metric]
    specs: Catalog[SpecFile]
    rules: Catalog[Check]
    commands: Catalog[Command]
    owners: Mapping[tuple[str, str], Owner]
    clashes: Mapping[tuple[str, str], Diagnostic]
    hidden: Mapping[tuple[str, str], Diagnostic]
    diagnostics: tuple[Diagnostic, ...]
    plugins: tuple[Plugin, ...] = ()
    absences: tuple[Absence, ...] = ()

    def catalog(self, kind: Kind) -> Catalog[Any]:
        """All of one kind."""
        found: Catalog[Any] = getattr(self, kind.field)
        return found

    def owner(self, kind: str, name: str) -> Owner:
        """Who gives a name that there is, however its distribution is written."""
        distribution, slash, bare = name.rpartition("/")
        return self.owners[kind, f"{canonical(distribution)}/{bare}" if slash else name]

    @property
    def all_rules(self) -> Mapping[str, Rule]:
        """The built-in rules and those of plugins, by code."""
        return {**rules.ALL, **{code: check.rule for code, check in self.rules.items()}}

    def missing(self, kind: str, name: str) -> Diagnostic:
        """Why nothing of this kind has this name: it is unknown, or two plugins give it, or the
        plugin that has it did not load.
        """
        if (kind, name) in self.clashes:
            return self.clashes[kind, name]
        absent = self.withheld(kind, name)
        if absent is not None:
            message = f"the {kind} `{name}` is provided by {absent.owner}, which {absent.reason}"
            help = f"{absent.help}; `ganforge plugins doctor` says more"
            return UNKNOWN_PART.at(None, message, help=help)
        bare = sorted(known for k, known in self.owners if k == kind and "/" not in known)
        suspects = self._suspects(kind, name, sure=nearest(name, bare) is not None)
        if suspects:
            return _suspected(kind, name, suspects)
        return UNKNOWN_PART.at(
            None, f"there is no {kind} `{name}`", help=self._near(kind, name, bare)
        )

    def _near(self, kind: str, name: str, bare: list[str]) -> str:
        """What may be meant by a name that nothing has."""
        distribution, slash, _ = name.rpartition("/")
        if kind == "data source" and self._is_path(name):
            kind, colon, path = name.partition(":")
            source, path = (kind, path) if colon and kind in bare else ("folder", name)
            return f'write `source = "{source}"`, and `--data {source}:{path}` when it is trained'
        if slash:
            return self._near_of(kind, name, canonical(distribution))
        if kind == "loss" and (way := self._written(name)):
            return way
        if of_word(kind, name, bare) is not None:
            return did_you_mean(name, bare, kind, of=kind)
        if len(bare) <= MOST_SHOWN or nearest(name, bare) is not None or kind not in _LISTED:
            return did_you_mean(name, bare, kind)
        help = f"`{_LISTED[kind]}` lists what there is, installed plugins included"
        if any(found.code in _GIVES_LESS for found in self.diagnostics):
            trouble = "a plugin gives less than it should, `ganforge plugins doctor` says why"
            help = f"{trouble}; {help}"
        return help

    def _is_path(self, name: str) -> bool:
        """Whether a name is the place of data, and none of a plugin."""
        distribution = canonical(name.rpartition("/")[0])
        givers = {canonical(owner.distribution) for owner in self.owners.values()}
        return (
            name.startswith((".", "/", "~"))
            or ":" in name
            or (bool(distribution) and distribution not in givers)
        )

    def _near_of(self, kind: str, name: str, distribution: str) -> str:
        """What may be meant by a name with its distribution."""
        givers = {canonical(owner.distribution) for owner in self.owners.values()}
        if distribution not in givers:
            return did_you_mean(distribution, sorted(givers), "distribution")
        own = [n for k, n in self.owners if k == kind and n.startswith(f"{distribution}/")]
        return did_you_mean(name, own) if own else f"`{distribution}` gives no {kind}"

    def _suspects(self, kind: str, name: str, *, sure: bool) -> list[Absence]:
        """The plugins that did not load and may be those that give a name.

        sure: only those whose source holds the name.
        """
        if (kind, name) in self.owners:
            return []
        named = [a for a in self.absences if a.mentions(kind, name)]
        return named or [a for a in self.absences if not sure and a.may_give(kind, name)]

    def _written(self, name: str) -> str | None:
        """How a loss is written that papers know by another name."""
        known = (loss.known_as for loss in self.losses.bare.values())
        plain = name.lower().replace("_", "-")
        return next((f"write {ways[plain]}" for ways in known if plain in ways), None)

    def explains(self, kind: str, name: str) -> bool:
        """Whether the name is missing for a reason of plugins, not for want of such a name."""
        known = (kind, name) in self.clashes or self.withheld(kind, name) is not None
        return known or bool(self._suspects(kind, name, sure=True))

    def withheld(self, kind: str, name: str) -> Absence | None:
        """The plugin that would give this name, had it loaded."""
        if (kind, name) in self.owners:
            return None
        return next((a for a in self.absences if a.promises(kind, name)), None)


@dataclass
class _Gathered:
    absences: list[Absence]
    items: dict[tuple[str, str], list[tuple[Owner, Any]]] = field(default_factory=dict)


def load_registry(points: Iterable[EntryPoint] | None = None) -> Registry:
    """What the installed plugins give; nothing here imports torch.

    points: entry points to load instead of those of the group `ganforge`.
    """
    loaded = load_plugins(points)
    gathered = _Gathered(list(loaded.absences))
    by_module = {id(plugin.module): plugin for plugin in loaded.plugins}
    for kind in KINDS:
        for implementation in getattr(loaded.manager.hook, kind.hook).get_hookimpls():
            plugin = by_module.get(id(implementation.plugin))
            if plugin is not None:  # None: it failed halfway through its registration
                _gather(plugin, kind, implementation.function, gathered)
    registry = _registry(gathered)
    found = [absent.finding for absent in gathered.absences if absent.finding is not None]
    return replace(
        registry,
        diagnostics=_graded([*found, *loaded.found], registry),
        plugins=loaded.plugins,
        absences=tuple(gathered.absences),
    )


def _gather(plugin: Plugin, kind: Kind, hook: Any, gathered: _Gathered) -> None:
    try:
        given = [_checked(item, kind) for item in hook()]
        twice = sorted({i.name for i in given if [g.name for g in given].count(i.name) > 1})
        if twice:
            raise ValueError(f"the {kind.noun} `{twice[0]}` is given twice")
    except (Exception, SystemExit) as error:
        gathered.absences.append(failure(plugin.owner, plugin.point, error, kind.hook))
        return
    for item in given:
        gathered.items.setdefault((kind.noun, item.name), []).append((plugin.owner, item))


def _checked(item: Any, kind: Kind) -> Any:
    type_ = getattr(declarations, kind.declaration)
    if not isinstance(item, type_):
        raise TypeError(f"{item!r} is no {kind.declaration}, and it is given as a {kind.noun}")
    if not isinstance(item.name, str) or not kind.pattern.fullmatch(item.name):
        raise ValueError(f"the {kind.noun} `{item.name}` is not named {kind.named}")
    if isinstance(item, SpecFile) and not Path(item.file).is_file():
        raise ValueError(f"the spec `{item.name}` has no file {item.file}")
    if isinstance(item, Check) and item.rule.slug in {rule.slug for rule in rules.ALL.values()}:
        raise ValueError(f"the rule `{item.name}` has the name of another: `{item.rule.slug}`")
    return item


def _registry(gathered: _Gathered) -> Registry:
    owners: dict[tuple[str, str], Owner] = {}
    clashes: dict[tuple[str, str], Diagnostic] = {}
    hidden: dict[tuple[str, str], Diagnostic] = {}
    bare: dict[str, dict[str, Any]] = {kind.noun: {} for kind in KINDS}
    full: dict[str, dict[str, Any]] = {kind.noun: {} for kind in KINDS}
    taken = {("command", name) for name in COMMANDS} | {("spec", name) for name in shipped_names()}
    for (kind, name), given in sorted(gathered.items.items(), key=lambda item: _place(*item)):
        built_in = (kind, name) in taken
        first = None if built_in else _of_bare_name(given)
        if first is not None:
            owners[kind, name], bare[kind][name] = first
        elif not built_in:
            clashes[kind, name] = _clash(kind, name, sorted(owner for owner, _ in given))
        for owner, item in given:
            long_name = f"{canonical(owner.distribution)}/{name}"
            if kind in _COMPARED and (first is None or item is not first[1]):
                item = _by_its_full_name(item, long_name)
            owners[kind, long_name], full[kind][long_name] = owner, item
            if built_in or (first is not None and owner is not first[0]):
                hidden[kind, long_name] = _hidden(kind, name, owner)
    catalogs: dict[str, Any] = {k.field: Catalog(bare[k.noun], full[k.noun]) for k in KINDS}
    return Registry(**catalogs, owners=owners, clashes=clashes, hidden=hidden, diagnostics=())


def _by_its_full_name(item: Any, name: str) -> Any:
    """What has the name of another, as a spec has to call it; its example too."""
    more = {}
    if isinstance(getattr(item, "example", None), str):
        more["example"] = item.example.replace(f'"{item.name}"', f'"{name}"')
    return replace(item, name=name, **more)


def _of_bare_name(given: list[tuple[Owner, Any]]) -> tuple[Owner, Any] | None:
    """What a bare name stands for: a built-in part keeps it, and others do not share it."""
    built_in = [pair for pair in given if canonical(pair[0].distribution) == OWN]
    return next(iter(built_in), given[0] if len(given) == 1 else None)


def _place(key: tuple[str, str], given: list[tuple[Owner, Any]]) -> tuple[str, bool, str]:
    """Where a name is listed: by the alphabet, but metrics as they are declared, built-in ones
    first.
    """
    kind, name = key
    listed = kind == "metric"
    return kind, listed and given[0][0].distribution != OWN, "" if listed else name


def _clash(kind: str, name: str, owners: list[Owner]) -> Diagnostic:
    givers = " and ".join(map(str, owners))
    message = f"the {kind} `{name}` is given by {givers}"
    full = " or ".join(dict.fromkeys(f"`{owner.distribution}/{name}`" for owner in owners))
    return NAME_CLASH.at(None, message, help=f"write {full}, or uninstall one of them")


def _hidden(kind: str, name: str, owner: Owner) -> Diagnostic:
    message = (
        f"the {kind} `{name}` of {owner} has the name of a built-in one, which is not replaced"
    )
    way = {"command": "call it `ganforge ", "spec": "call it `"}.get(kind, "write `")
    return NAME_CLASH.at(None, message, help=f"{way}{owner.distribution}/{name}`")


def _suspected(kind: str, name: str, suspects: list[Absence]) -> Diagnostic:
    """A name that nothing has, beside plugins that did not load."""
    first, *others = suspects
    who = f"{first.owner}, which {first.reason}"
    if others:
        who = f"{' or '.join(str(a.owner) for a in suspects)}, which did not load"
    message = f"there is no {kind} `{name}`; it may be one of {who}"
    says = "`ganforge plugins doctor` says more"
    return UNKNOWN_PART.at(None, message, help=says if others else f"{first.help}; {says}")


def _graded(found: list[Diagnostic], registry: Registry) -> tuple[Diagnostic, ...]:
    """The findings as they are; where plugins are taken strictly, all as errors, clashes too."""
    if not selection().strict:
        return tuple(found)
    problems = [*found, *registry.clashes.values(), *registry.hidden.values()]
    return tuple(replace(d, rule=replace(d.rule, severity=Severity.ERROR)) for d in problems)
