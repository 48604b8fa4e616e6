"""A report as workflow commands, which GitHub Actions shows beside the lines of a change."""

from __future__ import annotations

from collections.abc import Sequence

from ganforge.diagnostics.diagnostic import Diagnostic, Severity, Span
from ganforge.diagnostics.formats.paths import checkout, from_root
from ganforge.diagnostics.report import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render_github(report: Report, unread: Sequence[str] = ()) -> str:
    """A line for every diagnostic, the gravest first: of a step, ten of each kind are shown.

    unread: why some specs could not be opened; these come before all.
    """
    order = list(Severity)
    found = sorted(report.diagnostics, key=lambda d: order.index(d.severity))
    lines = [f"::error title=cannot be opened::{_data(problem)}" for problem in unread]
    return "\n".join([*lines, *map(_command, found)])


def _command(diagnostic: Diagnostic) -> str:
    properties = {**_place(diagnostic.span), "title": f"{diagnostic.code} {diagnostic.slug}"}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = diagnostic.message
    if diagnostic.help:
        text = f"{text}\nhelp: {diagnostic.help}"
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(text)}"


def _place(span: Span | None) -> dict[str, str]:
    """Where an annotation stands. Columns are read only of a place within one line."""
    if span is None:
        return {}
    file = from_root(span.file, checkout()) or span.file
    place = {"file": file, "line": f"{span.line}", "endLine": f"{span.end_line}"}
    if span.line == span.end_line:
        place |= {"col": f"{span.column}", "endColumn": f"{span.end_column}"}
    return place


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
