"""A report as JSON, for editors and scripts: one list, or a line for each diagnostic."""

from __future__ import annotations

import json
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Fix, Span
from ganforge.diagnostics.report import Report


def render_jsonl(report: Report) -> str:
    """A line for every diagnostic, each a JSON object of its own."""
    return "\n".join(json.dumps(as_object(d), ensure_ascii=False) for d in report.diagnostics)


def render_json(report: Report) -> str:
    """A JSON list with one object for every diagnostic. Lines and columns count from 1."""
    return json.dumps([as_object(d) for d in report.diagnostics], indent=2, ensure_ascii=False)


def as_object(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as plain values; a place that is not known is null."""
    return {
        "code": diagnostic.code,
        "slug": diagnostic.slug,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "path": diagnostic.path,
        "related": [{**_place(label.span), "text": label.text} for label in diagnostic.related],
        "help": diagnostic.help,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"title": fix.title, "edits": [{**_place(e.span), "text": e.text} for e in fix.edits]}


def _place(span: Span | None) -> dict[str, Any]:
    return {
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
    }
