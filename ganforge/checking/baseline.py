"""A baseline: the findings that a project has and lives with, so that only new ones are told."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ganforge.checking.selection import ALWAYS, Selection
from ganforge.diagnostics.diagnostic import Diagnostic, Severity, Span
from ganforge.diagnostics.outcome import identity, unique
from ganforge.diagnostics.report import Report, Suppressed
from ganforge.diagnostics.rules.document import STALE_BASELINE
from ganforge.diagnostics.sources import Sources
from ganforge.errors import CannotStart

_VERSION = 1
_KEYS = ("file", "code", "fingerprint", "count", "message")


@dataclass(frozen=True, slots=True)
class Entry:
    """Findings of one rule on equal lines of one file.

    file: relative to the baseline, with slashes. fingerprint: of file, rule and line, without the
    line's number, so that it survives a move.
    """

    file: str
    code: str
    fingerprint: str
    count: int
    message: str


@dataclass(frozen=True)
class Baseline:
    """The entries of a baseline file, in its order."""

    path: Path
    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """The baseline in a file. Raises `CannotStart` where there is none."""
        try:
            values = json.loads(path.read_text("utf-8"))
            found = [Entry(*(entry[key] for key in _KEYS)) for entry in values["findings"]]
            if values["version"] == _VERSION and all(map(_is_sound, found)):
                return cls(path, tuple(found))
        except FileNotFoundError:
            remedy = f"`--write-baseline {path}` writes one"
            raise CannotStart(f"there is no baseline {path}: {remedy}") from None
        except (ValueError, LookupError, TypeError, RecursionError):
            pass
        remedy = f"`--write-baseline {path}` writes it anew"
        raise CannotStart(f"{path} is no baseline of this version of ganforge: {remedy}")

    @classmethod
    def of(cls, path: Path, reports: Mapping[str, Report]) -> Baseline:
        """All findings of some reports, but for those that stop the reading of a spec."""
        sources = _sources(reports)
        found = [d for d in unique(reports.values()) if d.code not in ALWAYS]
        marks = [_fingerprint(d, path, sources) for d in found]
        counts = Counter(marks)
        first = dict(zip(reversed(marks), reversed(found), strict=True))
        entries = [
            Entry(_file(d.span, path), d.code, mark, counts[mark], d.message)
            for mark, d in first.items()
        ]
        return cls(path, tuple(sorted(entries, key=lambda e: (e.file, e.code, e.fingerprint))))

    def text(self) -> str:
        """The baseline as JSON, a line for each entry."""
        values = ({key: getattr(entry, key) for key in _KEYS} for entry in self.entries)
        lines = ",\n    ".join(json.dumps(value, ensure_ascii=False) for value in values)
        inner = f"\n    {lines}\n  " if lines else ""
        return f'{{\n  "version": {_VERSION},\n  "findings": [{inner}]\n}}\n'

    def applied(self, reports: Mapping[str, Report]) -> tuple[dict[str, Report], Counter[str]]:
        """The reports with the findings of the baseline suppressed, and what of it is left."""
        sources, left = _sources(reports), Counter({e.fingerprint: e.count for e in self.entries})
        known = set()
        for finding in unique(reports.values()):
            mark = _fingerprint(finding, self.path, sources)
            if left[mark] > 0 and finding.code not in ALWAYS:
                left[mark] -= 1
                known.add(identity(finding))
        return {name: _without(report, known) for name, report in reports.items()}, left

    def stale(
        self, left: Counter[str], reports: Mapping[str, Report], selection: Selection
    ) -> list[Entry]:
        """The entries of which findings are gone.

        Nothing is said of files that were not checked now, of rules that are not asked for, and of
        specs whose errors keep other findings from being made.
        """
        checked = {_real(name) for report in reports.values() for name in report.texts}
        broken = [report for report in reports.values() if _has_errors(report)]
        unsure = {_real(name) for report in broken for name in report.texts}
        gone = []
        for entry in self.entries:
            real = _real(self.path.parent / entry.file)
            sure = real in checked - unsure or not os.path.exists(real)
            if left[entry.fingerprint] > 0 and sure and selection.allows(entry.code):
                gone.append(entry)
        return gone

    def notes(self, entries: Iterable[Entry]) -> Report:
        """A note for each of these entries, at its line of the baseline."""
        text = self.path.read_text("utf-8")
        lines = text.split("\n")
        found = []
        for entry in entries:
            number = next(n for n, line in enumerate(lines, 1) if entry.fingerprint in line)
            start = lines[number - 1].index(entry.fingerprint) + 1
            span = Span(str(self.path), number, start, number, start + len(entry.fingerprint))
            message = f"{entry.code} is no longer found in {entry.file}: {entry.message}"
            help = "`--prune-baseline` removes what is gone"
            found.append(STALE_BASELINE.at(span, message, help=help))
        return Report(tuple(found), {str(self.path): text})

    def pruned(self, entries: Iterable[Entry], left: Counter[str]) -> Baseline:
        """The baseline without the findings of these entries that are gone."""
        gone = {entry.fingerprint: left[entry.fingerprint] for entry in entries}
        kept = [replace(e, count=e.count - gone.get(e.fingerprint, 0)) for e in self.entries]
        return replace(self, entries=tuple(entry for entry in kept if entry.count > 0))


def _is_sound(entry: Entry) -> bool:
    texts = (entry.file, entry.code, entry.fingerprint, entry.message)
    return all(isinstance(text, str) for text in texts) and type(entry.count) is int


def _sources(reports: Mapping[str, Report]) -> Sources:
    return Sources({name: text for r in reports.values() for name, text in r.texts.items()})


def _fingerprint(diagnostic: Diagnostic, path: Path, sources: Sources) -> str:
    span = diagnostic.span
    line = (sources.line(span.file, span.line) or "") if span else diagnostic.message
    parts = (_file(span, path), diagnostic.code, " ".join(line.split()))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def _file(span: Span | None, path: Path) -> str:
    """A file as the baseline at `path` names it."""
    if span is None or not os.path.exists(span.file):
        return span.file if span else ""
    return Path(os.path.relpath(_real(span.file), _real(path.parent))).as_posix()


def _real(file: str | Path) -> str:
    return os.path.realpath(file)


def _has_errors(report: Report) -> bool:
    suppressed = (s.diagnostic.severity for s in report.suppressed)
    return bool(report.errors) or Severity.ERROR in suppressed


def _without(report: Report, known: set[Any]) -> Report:
    kept = tuple(d for d in report.diagnostics if identity(d) not in known)
    more = (Suppressed(d, "baseline") for d in report.diagnostics if identity(d) in known)
    return replace(report, diagnostics=kept, suppressed=(*report.suppressed, *more))
