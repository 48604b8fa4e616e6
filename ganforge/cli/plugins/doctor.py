"""`ganforge plugins doctor`: every plugin that was found, and all that is wrong with it."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ganforge.plugins.health import Health, Problem


@click.command("doctor")
@click.option("--traceback", "frames", is_flag=True, help="Show the last frames of every error.")
def command(frames: bool) -> None:
    """Examine every plugin: what it gives, what failed, and why.

    Exits with 1 where something is wrong.
    """
    from ganforge.plugins.health import health_of, unowned_problems
    from ganforge.plugins.registry import load_registry

    registry = load_registry()
    found, others = health_of(registry), unowned_problems(registry)
    parts = [_versions(), *("\n".join(_told(health, frames)) for health in found)]
    parts += ["\n".join(_problem(problem, frames)) for problem in others]
    wrong = len({problem.message for health in found for problem in health.problems}) + len(others)
    parts.append(f"Found {wrong} problem{'s' * (wrong != 1)}." if wrong else "No problems found.")
    click.echo("\n\n".join(parts))
    sys.exit(1 if wrong else 0)


def _versions() -> str:
    from ganforge.plugins.absence import INTERFACE

    rows = [("python", platform.python_version()), ("ganforge", _version("ganforge"))]
    rows += [("torch", _version("torch")), ("pluggy", _version("pluggy"))]
    return ", ".join(f"{n} {v}" for n, v in rows) + f"; plugin interface {INTERFACE}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "is not installed"


def _told(health: Health, frames: bool) -> Iterator[str]:
    state = "left out" if health.left_out else "wrong" if health.problems else "ok"
    yield f"{health.owner}: {state}"
    stated = "" if health.interface is None else f" (interface {health.interface})"
    yield f"  {health.owner.entry_point} = {health.value}{stated}"
    yield from _names("gives", health.gives)
    yield from _names("would give", health.promised)
    if health.left_out:
        yield f"  {health.left_out}"
    for problem in health.problems:
        yield from (f"  {line}" for line in _problem(problem, frames))


def _names(verb: str, by_kind: dict[str, list[str]], most: int = 8) -> Iterator[str]:
    from ganforge.plugins.kinds import BY_NOUN

    for noun, names in by_kind.items():
        if len(names) > most:
            yield f"  {verb} {len(names)} {BY_NOUN[noun].plural}"
        else:
            kind = noun if len(names) == 1 else BY_NOUN[noun].plural
            yield f"  {verb} the {kind} {', '.join(f'`{name}`' for name in names)}"


def _problem(problem: Problem, frames: bool) -> Iterator[str]:
    yield f"problem: {problem.message}"
    if frames:
        yield from (f"  | {line}" for line in problem.frames)
    yield f"  = help: {problem.help}"
