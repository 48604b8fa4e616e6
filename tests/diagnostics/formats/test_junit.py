"""Outcomes as JUnit's XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ganforge.diagnostics.diagnostic import Severity, Span
from ganforge.diagnostics.formats.junit import render_junit
from ganforge.diagnostics.outcome import Outcome
from ganforge.diagnostics.report import Report, Suppressed
from ganforge.diagnostics.rules.document import UNKNOWN_KEY, UNUSED_PARAM

PLACE = Span("a.toml", 3, 21, 3, 27)
BOTH = (UNKNOWN_KEY.at(PLACE, "a < b & c", help="try"), UNUSED_PARAM.at(PLACE, "unused"))


def suites(outcome: Outcome) -> ET.Element:
    return ET.fromstring(render_junit(outcome).encode())


def test_a_spec_is_a_suite_and_a_finding_a_case() -> None:
    root = suites(Outcome({"a.toml": Report(BOTH, {}), "b.toml": Report((), {})}))
    assert [suite.get("name") for suite in root] == ["a.toml", "b.toml"]
    assert [case.get("name") for case in root[0]] == [
        "GF102 unknown-key at 3:21",
        "GF112 unused-param at 3:21",
    ]
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("3", "1", "0")


def test_what_fails_the_check_is_a_failure_and_the_rest_is_output() -> None:
    first, second = suites(Outcome({"a.toml": Report(BOTH, {})}))[0]
    failure = first.find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("error", "a < b & c")
    assert failure.text == "a.toml:3:21: error[GF102]: a < b & c\nhelp: try"
    assert second.find("failure") is None
    assert second.findtext("system-out") == "a.toml:3:21: warning[GF112]: unused"
    strict = suites(Outcome({"a.toml": Report(BOTH, {})}, Severity.WARNING))
    assert strict[0].get("failures") == "2"


def test_a_sound_spec_is_one_case_that_passes() -> None:
    (suite,) = suites(Outcome({"a.toml": Report((), {})}))
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")
    assert [list(case) for case in suite] == [[]]


def test_a_suppressed_finding_is_skipped_with_its_reason() -> None:
    quiet = (Suppressed(BOTH[1], "comment", "why"), Suppressed(BOTH[0], "baseline"))
    (suite,) = suites(Outcome({"a.toml": Report((), {}, quiet)}))
    assert [case.find("skipped").get("message") for case in suite] == [  # type: ignore[union-attr]
        "why",
        "in the baseline",
    ]
    assert suite.get("skipped") == "2"


def test_signs_that_xml_cannot_hold_are_replaced() -> None:
    found = UNKNOWN_KEY.at(Span("a\x00.toml", 1, 1, 1, 2), "bell \x07, \x1b[31m, \ud800")
    (suite,) = suites(Outcome({"a\x00.toml": Report((found,), {})}))
    failure = suite[0].find("failure")
    assert failure is not None
    assert failure.get("message") == "bell \ufffd, \ufffd[31m, \ufffd"


def test_what_cannot_be_opened_is_an_error() -> None:
    root = suites(Outcome({}, unread=("no file `b.toml`",)))
    assert (root.get("tests"), root.get("errors")) == ("1", "1")
    assert [e.get("message") for e in root.iter("error")] == ["no file `b.toml`"]
