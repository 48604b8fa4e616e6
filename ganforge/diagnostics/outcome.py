"""What checking several specs gave: a report for each, and whether that is good enough."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ganforge.diagnostics.diagnostic import Diagnostic, Severity
from ganforge.diagnostics.report import Report

GRAVEST_FIRST = tuple(Severity)


@dataclass(frozen=True)
class Outcome:
    """The reports of a check by what the user called each spec.

    fail_on: the lightest severity that makes the check fail.
    unread: why some specs could not be opened.
    """

    reports: Mapping[str, Report]
    fail_on: Severity = Severity.ERROR
    unread: tuple[str, ...] = ()

    def fails(self, diagnostic: Diagnostic) -> bool:
        """Whether a finding is grave enough to fail the check."""
        return GRAVEST_FIRST.index(diagnostic.severity) <= GRAVEST_FIRST.index(self.fail_on)

    @cached_property
    def failed(self) -> bool:
        """Whether any finding is."""
        return any(self.fails(d) for report in self.reports.values() for d in report.diagnostics)

    @cached_property
    def joined(self) -> Report:
        """All reports in one. What several specs inherit is said once."""
        reports = self.reports.values()
        texts = {name: text for report in reports for name, text in report.texts.items()}
        suppressed = {identity(s.diagnostic): s for report in reports for s in report.suppressed}
        return Report(tuple(unique(reports)), texts, tuple(suppressed.values()))


def unique(reports: Iterable[Report]) -> Iterator[Diagnostic]:
    """The findings of some reports; what several specs inherit from one file comes once."""
    seen = set()
    for report in reports:
        for found in report.diagnostics:
            key = identity(found)
            if key not in seen:
                seen.add(key)
                yield found


def identity(diagnostic: Diagnostic) -> Hashable:
    """What makes a finding the same, whatever its file is called from where."""
    span = diagnostic.span
    if span is None:
        return diagnostic.code, diagnostic.message
    corners = (span.line, span.column, span.end_line, span.end_column)
    return diagnostic.code, diagnostic.message, os.path.realpath(span.file), *corners
