"""What checking several specs gave: a report for each, and whether that is good enough."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ganforge.diagnostics.diagnostic import Diagnostic, Severity
from ganforge.diagnostics.report import Report

GRAVEST_FIRST = tuple(Severity)


@dataclass(frozen=True)
class Outcome:
    """The reports of a check by what the user called each spec.

    fail_on: the lightest severity that makes the check fail.
    left_out: how many findings were not asked for.
    """

    reports: Mapping[str, Report]
    fail_on: Severity = Severity.ERROR
    left_out: int = 0

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
        texts = {
            name: text for report in self.reports.values() for name, text in report.texts.items()
        }
        return Report(tuple(self._once()), texts)

    def _once(self) -> Iterator[Diagnostic]:
        seen = set()
        for report in self.reports.values():
            for found in report.diagnostics:
                place = found.span and (os.path.realpath(found.span.file), *_corners(found))
                key = (found.code, found.message, place)
                if key not in seen:
                    seen.add(key)
                    yield found


def _corners(diagnostic: Diagnostic) -> tuple[int, int, int, int]:
    span = diagnostic.span
    assert span is not None
    return span.line, span.column, span.end_line, span.end_column
