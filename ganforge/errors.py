"""What stops a command before it starts: errors whose message is meant for the user."""

from __future__ import annotations

from ganforge.diagnostics.report import Report


class SpecError(Exception):
    """The spec has errors; the text of this exception is the whole report."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


class CannotStart(Exception):
    """What was asked for cannot be begun: one sentence and a remedy."""
