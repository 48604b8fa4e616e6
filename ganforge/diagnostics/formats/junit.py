"""The outcome of a check as JUnit's XML, which most build servers show: a test suite per spec."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.outcome import Outcome
from ganforge.diagnostics.report import Report

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(outcome: Outcome) -> str:
    """A suite for each spec, and in it a case for each finding: failed if it is grave enough to
    fail the check, skipped if it is suppressed. A spec without findings has one case, passed. What
    could not be opened is a suite of its own, with errors.
    """
    root = ET.Element("testsuites", name="ganforge check")
    for name, report in outcome.reports.items():
        root.append(_suite(name, report, outcome))
    if outcome.unread:
        root.append(_unread(outcome.unread))
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _suite(name: str, report: Report, outcome: Outcome) -> ET.Element:
    suite = ET.Element("testsuite", name=_clean(name))
    for found in report.diagnostics:
        case = _case(suite, name, found)
        kind = "failure" if outcome.fails(found) else "system-out"
        told = ET.SubElement(case, kind)
        if kind == "failure":
            told.set("type", found.severity.value)
            told.set("message", _clean(found.message))
        told.text = _clean(_told(found))
    for suppressed in report.suppressed:
        skipped = ET.SubElement(_case(suite, name, suppressed.diagnostic), "skipped")
        skipped.set("message", _clean(suppressed.reason or f"in the {suppressed.by}"))
    if not len(suite):
        ET.SubElement(suite, "testcase", name="check", classname=_clean(name))
    for key, tag in (("tests", ""), ("failures", "/failure"), ("skipped", "/skipped")):
        suite.set(key, str(len(suite.findall(f"testcase{tag}"))))
    return suite


def _unread(problems: Sequence[str]) -> ET.Element:
    count = str(len(problems))
    suite = ET.Element("testsuite", name="cannot be opened", tests=count, errors=count)
    for problem in problems:
        case = ET.SubElement(suite, "testcase", classname="ganforge check", name=_clean(problem))
        ET.SubElement(case, "error", message=_clean(problem))
    return suite


def _case(suite: ET.Element, name: str, found: Diagnostic) -> ET.Element:
    place = f" at {found.span.line}:{found.span.column}" if found.span else ""
    case = ET.SubElement(suite, "testcase", classname=_clean(name))
    case.set("name", f"{found.code} {found.slug}{place}")
    return case


def _told(found: Diagnostic) -> str:
    span = found.span
    place = f"{span.file}:{span.line}:{span.column}: " if span else ""
    text = f"{place}{found.severity}[{found.code}]: {found.message}"
    return f"{text}\nhelp: {found.help}" if found.help else text


def _clean(text: str) -> str:
    """A text without the signs that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
