"""Repairs: which fixes are applied, to which texts, and how files are written."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from ganforge.diagnostics.diagnostic import Diagnostic, Edit, Fix
from ganforge.diagnostics.fixes import apply_edits, reads_on
from ganforge.diagnostics.outcome import unique
from ganforge.diagnostics.report import Report
from ganforge.document import Drafts
from ganforge.errors import CannotStart
from ganforge.files import write_whole

_MOST_ROUNDS = 50
_BOM = b"\xef\xbb\xbf"

Check = Callable[[Drafts], Mapping[str, Report]]


@dataclass
class Repairs:
    """What was repaired.

    reports: of the specs as they are then. before, after: texts by resolved path. names: what
    reports call these files. counts: of the repairs, by file.
    """

    reports: Mapping[str, Report]
    before: dict[Path, str] = field(default_factory=dict)
    after: dict[Path, str] = field(default_factory=dict)
    names: dict[Path, str] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def write(self) -> None:
        """Writes the files whole. Line ends and a byte order mark stay as they are.

        Raises `CannotStart` where one may not be written; then none is.
        """
        for path in self.after:
            if not os.access(path, os.W_OK):
                raise CannotStart(f"{self.names[path]} is read-only: nothing was repaired")
        for path, text in self.after.items():
            _write(path, self.before[path], text)

    def diff(self) -> str:
        """What changes, as a unified diff."""
        return "".join(
            _diff(self.names[path], self.before[path], text)
            for path, text in sorted(self.after.items())
        )


def repair(check: Check, files: Collection[Path]) -> Repairs:
    """Applies the fixes of a check's findings and checks again, until none is left.

    check: the reports with some texts in place of files. files: those that may be changed,
    resolved.
    """
    repairs = Repairs(check({}))
    for _ in range(_MOST_ROUNDS):
        reports = repairs.reports.values()
        own = _own(reports, files)
        changed = _round(reports, own, repairs.counts)
        if not changed:
            break
        for path, text in changed.items():
            name, old = own[path]
            repairs.before.setdefault(path, old)
            repairs.names.setdefault(path, name)
            repairs.after[path] = text
        repairs.reports = check(repairs.after)
    return repairs


def fixable(reports: Collection[Report], files: Collection[Path]) -> int:
    """How many findings of these reports `repair` would repair at once."""
    counts: dict[Path, int] = {}
    _round(reports, _own(reports, files), counts)
    return sum(counts.values())


def _own(reports: Iterable[Report], files: Collection[Path]) -> dict[Path, tuple[str, str]]:
    """What reports call the files that may be changed, and their texts, by resolved path."""
    texts = {
        Path(os.path.realpath(name)): (name, text)
        for report in reports
        for name, text in report.texts.items()
    }
    return {path: texts[path] for path in files if path in texts}


def _fixes(found: Iterable[Diagnostic], own: Collection[Path]) -> list[tuple[Path, Fix]]:
    """The fixes that change one file which may be changed."""
    fixes = []
    for finding in found:
        if finding.fix is not None:
            touched = {Path(os.path.realpath(edit.span.file)) for edit in finding.fix.edits}
            if len(touched) == 1 and touched <= set(own):
                fixes.append((touched.pop(), finding.fix))
    return fixes


def _round(
    reports: Iterable[Report], own: Mapping[Path, tuple[str, str]], counts: dict[Path, int]
) -> dict[Path, str]:
    """The texts with the fixes that get along; the others' turn comes when these are done."""
    fixes = _fixes(unique(reports), own)
    changed: dict[Path, str] = {}
    for path in dict(fixes):
        _, text = own[path]
        chosen: list[Edit] = []
        taken = 0
        for fix in (fix for where, fix in fixes if where == path):
            together = [*chosen, *(edit for edit in fix.edits if edit not in chosen)]
            if not _overlap(together) and reads_on(apply_edits(text, together), text):
                chosen, taken = together, taken + 1
        if chosen:
            changed[path] = apply_edits(text, chosen)
            counts[path] = counts.get(path, 0) + taken
    return changed


def _overlap(edits: Sequence[Edit]) -> bool:
    places = sorted(
        ((e.span.line, e.span.column), (e.span.end_line, e.span.end_column)) for e in edits
    )
    return any(end > start for (_, end), (start, _) in pairwise(places))


def _write(path: Path, before: str, after: str) -> None:
    data = path.read_bytes()
    mark = _BOM if data.startswith(_BOM) else b""
    if data.removeprefix(mark) != before.encode("utf-8"):
        raise CannotStart(f"{path} changed while it was checked: check it again")
    write_whole(path, mark + after.encode("utf-8"))


def _diff(name: str, before: str, after: str) -> str:
    from difflib import unified_diff

    lines = unified_diff(_lines(before), _lines(after), name, name)
    end = "\\ No newline at end of file\n"
    return "".join(line if line.endswith("\n") else f"{line}\n{end}" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends; only a line feed ends one."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
