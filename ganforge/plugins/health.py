"""What there is to say of every plugin that was found: what it gives, and what is wrong with it."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from ganforge.plugins.absence import INTERFACE, Absence, Owner
from ganforge.plugins.kinds import BY_NOUN, KINDS
from ganforge.plugins.registry import Registry
from ganforge.plugins.selection import canonical


@dataclass(frozen=True)
class Problem:
    """What is wrong in one sentence, what to do, and the last frames of what was raised."""

    message: str
    help: str
    frames: tuple[str, ...] = ()


@dataclass(frozen=True)
class Health:
    """A plugin: its entry point, the version of the interface that it states, what it gives by
    kind, what it would have given, and its problems. left_out: what the user said to leave it out.
    """

    owner: Owner
    value: str
    interface: object
    gives: dict[str, list[str]] = field(default_factory=dict)
    promised: dict[str, list[str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    left_out: str = ""


def health_of(registry: Registry) -> list[Health]:
    """All plugins that were found, in the order of their names."""
    absences = list(registry.absences)
    found = []
    for plugin in registry.plugins:
        own = [a for a in absences if a.owner == plugin.owner and a.hook]
        problems = (*map(_problem, own), *_of_hooks(plugin.owner, registry))
        problems = (*problems, *_of_names(plugin.owner, registry))
        stated = getattr(plugin.module, "GANFORGE_INTERFACE", INTERFACE)
        value = plugin.point.value
        gives = _given(plugin.owner, registry)
        promised = _promised(own)
        found.append(Health(plugin.owner, value, stated, gives, promised, problems))
    for absent in absences:
        if not absent.hook:
            value = absent.point.value
            problems = (_problem(absent),) if absent.finding else ()
            left_out = "" if absent.finding else absent.reason
            promised = _promised([absent])
            found.append(Health(absent.owner, value, None, {}, promised, problems, left_out))
    return sorted(found, key=lambda health: health.owner)


def unowned_problems(registry: Registry) -> list[Problem]:
    """What is wrong with plugins and is no fault of one of them."""
    return [
        Problem(found.message, found.help or "")
        for found in registry.diagnostics
        if found.slug == "unlisted-plugin"
    ]


def installed(name: str) -> Distribution | None:
    """The distribution of this name."""
    try:
        return distribution(name)
    except (PackageNotFoundError, ValueError):
        return None


def _problem(absent: Absence) -> Problem:
    assert absent.finding is not None
    return Problem(absent.finding.message, absent.help, _frames(absent.error))


def _frames(error: BaseException | None, most: int = 4) -> tuple[str, ...]:
    """The last frames of what was raised, the innermost last, then the error itself."""
    if error is None:
        return ()
    frames = traceback.extract_tb(error.__traceback__)[-most:]
    lines = [f"{f.filename}:{f.lineno}, in {f.name}: {f.line}" for f in frames]
    said = "".join(traceback.format_exception_only(error)).strip().splitlines()
    return (*lines, *said)


def _given(owner: Owner, registry: Registry) -> dict[str, list[str]]:
    prefix = f"{canonical(owner.distribution)}/"
    given = {
        kind.noun: [
            name.removeprefix(prefix)
            for (noun, name), by in registry.owners.items()
            if noun == kind.noun and by == owner and name.startswith(prefix)
        ]
        for kind in KINDS
    }
    return {noun: sorted(names) for noun, names in given.items() if names}


def _promised(absences: Iterable[Absence]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for absent in absences:
        for noun, name in sorted(absent.promised):
            if not absent.hook or BY_NOUN[noun].hook == absent.hook:
                names.setdefault(noun, []).append(name)
    return names


def _of_hooks(owner: Owner, registry: Registry) -> Iterator[Problem]:
    for found in registry.diagnostics:
        if found.slug == "unknown-hook" and found.message.startswith(f"{owner} defines "):
            yield Problem(found.message, found.help or "")


def _of_names(owner: Owner, registry: Registry) -> Iterator[Problem]:
    """Names that others give too."""
    full = canonical(owner.distribution)
    for (noun, name), found in registry.clashes.items():
        if registry.owners.get((noun, f"{full}/{name}")) == owner:
            yield Problem(found.message, found.help or "")
    for key, found in registry.hidden.items():
        if registry.owners[key] == owner:
            yield Problem(found.message, found.help or "")
