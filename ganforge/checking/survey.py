"""The specs that a command names, and the report of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ganforge.checking.parallel import mapped
from ganforge.diagnostics.report import Report
from ganforge.document import Drafts, SpecNotFound
from ganforge.locate import Source, compile_located
from ganforge.plugins.registry import Registry, load_registry
from ganforge.plugins.selection import Selection, selection, using

if TYPE_CHECKING:
    from ganforge.checking.walk import Patterns

STDIN = "<stdin>"


class Spec(NamedTuple):
    """A spec to check.

    name: what reports call it. folder: of a text, where its `extends` starts. file: the file, if
    the user named it or a folder above it; only such files are repaired.
    """

    name: str
    source: Source
    folder: Path | None = None
    file: Path | None = None


def specs_of(path: str, exclude: Patterns | None = None) -> list[Spec]:
    """The specs that a path names: itself, or those below a folder. Raises `SpecNotFound`."""
    named = Path(path)
    if not named.is_dir():
        return [Spec(path, path, file=named.resolve() if named.is_file() else None)]
    from ganforge.checking.walk import specs_below  # a check of files does not need it

    found = specs_below(named, exclude)
    if not found:
        raise SpecNotFound(f"there is no spec below {path}: a spec has the key `ganforge`")
    return [Spec(str(file), file, file=file.resolve()) for file in found]


def text_spec(text: str, filename: str | None = None) -> Spec:
    """A spec from the standard input; `filename` says which file it will be."""
    folder = Path(filename).parent if filename else None
    return Spec(filename or STDIN, f"{text}\n", folder)


@dataclass(frozen=True)
class How:
    """How specs are checked.

    overrides: what `--set` says. drafts: texts in place of files. deep: whether blocks and a round
    are tried on the meta device too, which needs torch. plugins: which take part; those of this
    process, where none are said. turn: tells one survey from another.
    """

    overrides: tuple[str, ...] = ()
    drafts: Drafts | None = None
    deep: bool = False
    plugins: Selection | None = None
    turn: int = 0


_turns = count(1)


def reports_of(
    specs: Iterable[Spec], how: How | None = None, jobs: int | None = None
) -> tuple[dict[str, Report], list[str]]:
    """The report of each spec by its name, and why some cannot be opened.

    jobs: how many processes may share the work; None for as many as there are cores.
    Raises `CannotStart` where torch is needed and not installed.
    """
    listed = list(specs)
    how = replace(how or How(), plugins=selection(), turn=next(_turns))
    if how.deep:
        from ganforge.runs.device import needs_torch

        needs_torch()
    reports: dict[str, Report] = {}
    problems: list[str] = []
    for spec, found in zip(listed, mapped(partial(_checked, how=how), listed, jobs), strict=True):
        if isinstance(found, str):
            problems.append(found)
        else:
            reports[spec.name] = found
    return reports, problems


def _checked(spec: Spec, how: How) -> Report | str:
    """The report of a spec, or why it cannot be opened."""
    source, name, folder = spec.source, spec.name, spec.folder
    try:
        made = compile_located(
            source, how.overrides, name, folder, how.drafts, _registry(how.plugins, how.turn)
        )
    except (SpecNotFound, OSError) as error:
        return str(error)
    if not how.deep or not made.report.ok:
        return made.report
    from ganforge.deep import deep_findings

    found = (*made.report.diagnostics, *deep_findings(made))
    return replace(made.report, diagnostics=found)


@lru_cache(maxsize=1)
def _registry(plugins: Selection | None, turn: int) -> Registry:
    """What plugins give, gathered once in each process for each survey."""
    with using(plugins or selection()):
        return load_registry()
