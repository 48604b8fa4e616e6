"""A report as SARIF 2.1.0, the format of OASIS for results of static analysis."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ganforge
from ganforge.diagnostics.diagnostic import Diagnostic, Fix, Rule, Span
from ganforge.diagnostics.formats.paths import checkout, from_root
from ganforge.diagnostics.pages import group_of
from ganforge.diagnostics.report import Report, Suppressed
from ganforge.diagnostics.sources import Sources

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
BASE = "ROOT"
_KINDS = {"comment": "inSource", "baseline": "external"}


def render_sarif(report: Report, unread: Sequence[str] = ()) -> str:
    """A log of one run, with the suppressed findings and why they are.

    unread: why some specs could not be opened; the run was then no success.
    Addresses are relative to the root of the checkout where a file lies below it. Columns count
    characters, and an end is exclusive, as in `Span`.
    """
    return json.dumps(_Log(report).log(unread), indent=2, ensure_ascii=False)


class _Log:
    def __init__(self, report: Report) -> None:
        self.report, self.root = report, checkout()
        self.sources = Sources(report.texts)
        found = [*report.diagnostics, *(s.diagnostic for s in report.suppressed)]
        self.rules = sorted({d.rule for d in found}, key=lambda rule: rule.code)

    def log(self, unread: Sequence[str]) -> dict[str, Any]:
        results = [self.result(d) for d in self.report.diagnostics]
        results += [self.result(s.diagnostic, s) for s in self.report.suppressed]
        driver = {
            "name": "ganforge",
            "version": ganforge.__version__,
            "rules": [_rule(rule) for rule in self.rules],
        }
        run = {
            "tool": {"driver": driver},
            "invocations": [_invocation(unread)],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {BASE: {"uri": f"{self.root.as_uri()}/"}},
            "results": results,
        }
        return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}

    def result(self, found: Diagnostic, suppressed: Suppressed | None = None) -> dict[str, Any]:
        text = f"{found.message}\n{found.help}" if found.help else found.message
        labels = [label for label in found.related if self.address(label.span)]
        result: dict[str, Any] = {
            "ruleId": found.code,
            "ruleIndex": self.rules.index(found.rule),
            "level": found.severity.value,
            "message": {"text": text},
            "locations": [self.location(found.span, found.path)] if found.span else [],
            "partialFingerprints": {"lineAndRule/v1": self.fingerprint(found)},
            # A run that tells suppressions tells of every result whether it is suppressed.
            "suppressions": [_suppression(suppressed)] if suppressed else [],
        }
        if labels:
            related = (
                {**self.location(label.span), "message": {"text": label.text}} for label in labels
            )
            result["relatedLocations"] = [{"id": n, **place} for n, place in enumerate(related)]
        if found.fix is not None:
            result["fixes"] = [self.fix(found.fix)]
        return result

    def location(self, span: Span, path: str = "") -> dict[str, Any]:
        """A place; what is in no file, such as the standard input, has its logical name alone."""
        location: dict[str, Any] = {}
        if address := self.address(span):
            location["physicalLocation"] = {"artifactLocation": address, "region": _region(span)}
        if path:
            location["logicalLocations"] = [{"fullyQualifiedName": path}]
        return location

    def address(self, span: Span) -> dict[str, str] | None:
        below = from_root(span.file, self.root)
        if below is not None:
            return {"uri": quote(below), "uriBaseId": BASE}
        if os.path.exists(span.file):
            return {"uri": Path(os.path.realpath(span.file)).as_uri()}
        return None

    def fix(self, fix: Fix) -> dict[str, Any]:
        files = dict.fromkeys(edit.span.file for edit in fix.edits)
        changes = [
            {
                "artifactLocation": self.address(Span(file, 1, 1, 1, 1)),
                "replacements": [
                    {"deletedRegion": _region(e.span), "insertedContent": {"text": e.text}}
                    for e in fix.edits
                    if e.span.file == file
                ],
            }
            for file in files
        ]
        return {"description": {"text": fix.title}, "artifactChanges": changes}

    def fingerprint(self, found: Diagnostic) -> str:
        """A hash of rule and line without the line's number, so that it survives a move."""
        line = self.sources.line(found.span.file, found.span.line) if found.span else None
        text = " ".join((line or found.message).split())
        return hashlib.sha256(f"{found.code}\0{text}".encode("utf-8", "replace")).hexdigest()[:16]


def _invocation(unread: Sequence[str]) -> dict[str, Any]:
    notes = [{"level": "error", "message": {"text": problem}} for problem in unread]
    told: dict[str, Any] = {"executionSuccessful": not unread}
    return {**told, "toolExecutionNotifications": notes} if notes else told


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    text = f"{rule.why}\n\nWrong:\n\n{rule.bad}\n\nRight:\n\n{rule.good}"
    markdown = (
        f"{rule.why}\n\nWrong:\n\n```toml\n{rule.bad}\n```\n\nRight:\n\n```toml\n{rule.good}\n```"
    )
    described: dict[str, Any] = {
        "id": rule.code,
        "name": rule.slug,
        "shortDescription": {"text": rule.says},
        "fullDescription": {"text": f"{rule.says} {rule.why}"},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": [group_of(rule)]},
    }
    if rule.see:
        described["helpUri"] = rule.see[0]
    return described


def _suppression(suppressed: Suppressed) -> dict[str, str]:
    reason = suppressed.reason or ("known to the baseline" if suppressed.by == "baseline" else "")
    told = {"kind": _KINDS[suppressed.by]}
    return {**told, "justification": reason} if reason else told
