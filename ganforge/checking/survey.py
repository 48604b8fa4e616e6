"""The specs that a command names, and the report of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ganforge.diagnostics.report import Report
from ganforge.document import Drafts, SpecNotFound
from ganforge.locate import Source, compile_located

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


def reports_of(
    specs: Iterable[Spec], overrides: Sequence[str] = (), drafts: Drafts | None = None
) -> tuple[dict[str, Report], list[str]]:
    """The report of each spec by its name, and why some cannot be opened."""
    reports: dict[str, Report] = {}
    problems: list[str] = []
    for spec in specs:
        try:
            found = compile_located(spec.source, overrides, spec.name, spec.folder, drafts)
        except (SpecNotFound, OSError) as error:
            problems.append(str(error))
        else:
            reports[spec.name] = found.report
    return reports, problems
