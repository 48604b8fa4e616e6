"""Comments of a spec that others extend: they may suppress what only the others show."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from ganforge.diagnostics.diagnostic import Diagnostic, Span
from ganforge.diagnostics.report import Report
from ganforge.diagnostics.rules.document import UNUSED_SUPPRESSION

Place = tuple[str, int, int]


def without_used(reports: Mapping[str, Report]) -> dict[str, Report]:
    """The reports without GF131 for what suppresses a finding of another spec."""
    used = {_place(s.at) for report in reports.values() for s in report.suppressed if s.at}

    def stays(found: Diagnostic) -> bool:
        unused = found.code == UNUSED_SUPPRESSION.code
        return not (unused and found.span and _place(found.span) in used)

    return {
        name: replace(report, diagnostics=tuple(filter(stays, report.diagnostics)))
        for name, report in reports.items()
    }


def _place(span: Span) -> Place:
    return os.path.abspath(span.file), span.line, span.column
