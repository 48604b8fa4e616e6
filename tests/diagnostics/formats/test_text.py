"""Reports as text, word for word."""

from pathlib import Path

import pytest

from ganforge.diagnostics.diagnostic import Diagnostic, Label, Span
from ganforge.diagnostics.formats.text import MOST, render, render_concise
from ganforge.diagnostics.report import Report
from ganforge.diagnostics.rules.document import UNKNOWN_KEY, UNUSED_PARAM
from ganforge.diagnostics.rules.plugins import PLUGIN_FAILED
from ganforge.diagnostics.rules.shapes import SUM_SHAPES

TEXT = """\
ganforge = 1
layers = [
  { block = "conv", paddin = 1 },
  { from = "x + prev" },
]
"""
TYPO = UNKNOWN_KEY.at(
    Span("a.toml", 3, 21, 3, 27), "unknown key `paddin`", help="did you mean `padding`?"
)
CONFLICT = SUM_SHAPES.at(
    Span("a.toml", 4, 13, 4, 21),
    "64 x 8 x 8 and 128 x 8 x 8 cannot be added",
    related=(Label(Span("a.toml", 3, 3, 3, 33), "128 x 8 x 8 is made here"),),
)


def report(*found: Diagnostic) -> Report:
    return Report(found, {"a.toml": TEXT})


def test_the_source_line_stands_under_the_message() -> None:
    assert (
        render(report(TYPO), color=False)
        == """\
error[GF102]: unknown key `paddin`
 --> a.toml:3:21
  |
3 |   { block = "conv", paddin = 1 },
  |                     ^^^^^^
  = help: did you mean `padding`?

Found 1 error."""
    )


def test_both_ends_of_a_conflict_are_shown() -> None:
    assert (
        render(report(CONFLICT), color=False)
        == """\
error[GF303]: 64 x 8 x 8 and 128 x 8 x 8 cannot be added
 --> a.toml:4:13
  |
4 |   { from = "x + prev" },
  |             ^^^^^^^^
 ::: a.toml:3:3
  |
3 |   { block = "conv", paddin = 1 },
  |   ------------------------------ 128 x 8 x 8 is made here

Found 1 error."""
    )


def test_a_finding_without_a_place_is_a_message_and_a_remedy() -> None:
    found = PLUGIN_FAILED.at(None, "it does not load", help="uninstall it")
    assert (
        render(report(found), color=False)
        == """\
warning[GF803]: it does not load
  = help: uninstall it

Found 1 warning."""
    )


def test_the_concise_form_has_one_line_each() -> None:
    found = UNUSED_PARAM.at(Span("a.toml", 1, 1, 1, 9), "never used")
    assert (
        render_concise(report(CONFLICT, TYPO, found), color=False)
        == """\
a.toml:1:1: warning[GF112]: never used
a.toml:3:21: error[GF102]: unknown key `paddin`
a.toml:4:13: error[GF303]: 64 x 8 x 8 and 128 x 8 x 8 cannot be added
Found 2 errors, 1 warning."""
    )


def test_an_empty_report_says_so() -> None:
    assert str(report()) == "No problems found."


def test_a_span_over_several_lines_underlines_its_first() -> None:
    found = UNKNOWN_KEY.at(Span("a.toml", 2, 10, 5, 2), "too long")
    assert "2 | layers = [\n  |          ^\n" in render(report(found), color=False)


def test_an_empty_span_still_has_a_caret() -> None:
    found = UNKNOWN_KEY.at(Span("a.toml", 2, 11, 2, 11), "here")
    assert "2 | layers = [\n  |           ^\n" in render(report(found), color=False)


def test_wide_characters_push_the_carets() -> None:
    found = UNKNOWN_KEY.at(Span("b.toml", 1, 8, 1, 9), "here")
    text = render(Report((found,), {"b.toml": 't = "画",x'}), color=False)
    assert '1 | t = "画",x\n  |         ^\n' in text


def test_a_long_line_is_cut_around_its_span() -> None:
    line = "a" * 500 + "HERE" + "b" * 500
    found = UNKNOWN_KEY.at(Span("b.toml", 1, 501, 1, 505), "long")
    rows = render(Report((found,), {"b.toml": line}), color=False).splitlines()
    start = rows[4].index("^")
    assert rows[3][start : start + 4] == "HERE"
    assert rows[4].count("^") == 4
    assert len(rows[3]) < 180


def test_control_characters_of_a_spec_do_not_reach_the_terminal() -> None:
    found = UNKNOWN_KEY.at(Span("b.toml", 1, 1, 1, 2), "here")
    text = render(Report((found,), {"b.toml": "a\x1b[31m\tb"}), color=False)
    assert "1 | a [31m b" in text


def test_a_file_that_was_not_read_is_read_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("broken = \n")
    found = UNKNOWN_KEY.at(Span(str(path), 1, 1, 1, 7), "here")
    assert "1 | broken =\n" in str(Report((found,), {}))


def test_color_adds_nothing_but_color() -> None:
    import re

    colored = render(report(TYPO, CONFLICT), color=True)
    assert "\x1b[1;31merror[GF102]" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == render(report(TYPO, CONFLICT), color=False)


@pytest.mark.parametrize("order", [(TYPO, CONFLICT), (CONFLICT, TYPO, TYPO)])
def test_a_report_is_ordered_by_place_and_says_nothing_twice(
    order: tuple[Diagnostic, ...],
) -> None:
    assert report(*order).diagnostics == (TYPO, CONFLICT)


def test_only_errors_make_a_report_fail() -> None:
    warning = UNUSED_PARAM.at(None, "never used")
    assert report(warning).ok
    assert report(warning).warnings == (warning,)
    assert not report(warning, TYPO).ok
    assert report(warning, TYPO).errors == (TYPO,)


def many(count: int) -> list[Diagnostic]:
    """A warning, and errors on further lines."""
    spans = [Span("a.toml", line, 1, line, 2) for line in range(1, count + 1)]
    first, *others = spans
    return [UNUSED_PARAM.at(first, "idle"), *(UNKNOWN_KEY.at(span, "odd") for span in others)]


def test_of_very_many_findings_the_gravest_are_shown_and_the_others_counted() -> None:
    assert "not shown" not in render(report(*many(MOST)), color=False)
    text = render(report(*many(MOST + 5)), color=False)
    assert text.count("error[GF102]") == MOST and "warning[" not in text
    *_, counted, summary = text.split("\n\n")
    assert counted.splitlines()[1:] == ["  4 x GF102 unknown-key", "  1 x GF112 unused-param"]
    assert counted.startswith("5 more findings are not shown (`ganforge check --format concise`")
    assert summary == f"Found {MOST + 4} errors, 1 warning."


def test_nothing_is_left_out_where_the_whole_is_wanted() -> None:
    found = report(*many(MOST + 5))
    assert render(found, color=False, whole=True).count("GF102") == MOST + 4
    assert len(render_concise(found, color=False).splitlines()) == MOST + 6
