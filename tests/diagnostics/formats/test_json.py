"""Reports as JSON."""

import json

from ganforge.diagnostics.diagnostic import Edit, Fix, Label, Span
from ganforge.diagnostics.formats.json import render_json, render_jsonl
from ganforge.diagnostics.report import Report
from ganforge.diagnostics.rules.document import UNKNOWN_KEY
from ganforge.diagnostics.rules.plugins import PLUGIN_FAILED


def test_a_diagnostic_is_one_object_with_every_part() -> None:
    label = Label(Span("b.toml", 1, 2, 1, 4), "made here")
    found = UNKNOWN_KEY.at(
        Span("a.toml", 3, 21, 4, 27), "unknown", help="try", path="train.x", related=(label,)
    )
    place = {"file": "b.toml", "line": 1, "column": 2, "end_line": 1, "end_column": 4}
    assert json.loads(render_json(Report((found,), {}))) == [
        {
            "code": "GF102",
            "slug": "unknown-key",
            "severity": "error",
            "message": "unknown",
            "file": "a.toml",
            "line": 3,
            "column": 21,
            "end_line": 4,
            "end_column": 27,
            "path": "train.x",
            "related": [{**place, "text": "made here"}],
            "help": "try",
            "fix": None,
        }
    ]


def test_a_fix_is_its_title_and_its_edits() -> None:
    span = Span("a.toml", 3, 21, 3, 27)
    fix = Fix("write `padding` for `paddin`", (Edit(span, "padding"),))
    (only,) = json.loads(render_json(Report((UNKNOWN_KEY.at(span, "unknown", fix=fix),), {})))
    place = {"file": "a.toml", "line": 3, "column": 21, "end_line": 3, "end_column": 27}
    assert only["fix"] == {
        "title": "write `padding` for `paddin`",
        "edits": [{**place, "text": "padding"}],
    }


def test_of_json_lines_each_is_an_object() -> None:
    found = [UNKNOWN_KEY.at(Span("a.toml", n, 1, n, 2), "a\nb") for n in (1, 2)]
    lines = render_jsonl(Report(tuple(found), {})).splitlines()
    assert [json.loads(line)["line"] for line in lines] == [1, 2]
    assert render_jsonl(Report((), {})) == ""


def test_a_place_that_is_not_known_is_null() -> None:
    (only,) = json.loads(render_json(Report((PLUGIN_FAILED.at(None, "broken"),), {})))
    assert only["file"] is None
    assert only["line"] is None
    assert only["help"] is None


def test_no_findings_are_an_empty_list() -> None:
    assert render_json(Report((), {})) == "[]"
