"""Reports as SARIF, held against the published schema.

`sarif-2.1.0.schema.json` is the OASIS schema (2.1.0-rtm.5) as SchemaStore publishes it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
from jsonschema import Draft4Validator

from ganforge.diagnostics.diagnostic import Edit, Fix, Label, Severity, Span
from ganforge.diagnostics.formats.sarif import render_sarif
from ganforge.diagnostics.report import Report, Suppressed
from ganforge.diagnostics.rules import ALL
from ganforge.diagnostics.rules.document import UNKNOWN_KEY, UNUSED_PARAM
from ganforge.diagnostics.rules.plugins import PLUGIN_FAILED
from ganforge.pipeline import compile_spec

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0.schema.json").read_text("utf-8"))
PLACE = Span("a.toml", 2, 3, 2, 9)


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a spec `a.toml`; the current folder is its root."""
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("a.toml").write_text("ganforge = 1\n  paddin = 1\n")
    return tmp_path


def run_of(report: Report, *unread: str) -> dict[str, Any]:
    log = json.loads(render_sarif(report, unread))
    Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_a_result_has_rule_level_message_and_place() -> None:
    found = UNKNOWN_KEY.at(PLACE, "unknown key `paddin`", help="try", path="networks.D")
    run = run_of(Report((found,), {}))
    (result,) = run["results"]
    assert result["ruleId"] == "GF102"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "GF102"
    assert result["level"] == "error"
    assert result["message"] == {"text": "unknown key `paddin`\ntry"}
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a.toml", "uriBaseId": "ROOT"},
                "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 9},
            },
            "logicalLocations": [{"fullyQualifiedName": "networks.D"}],
        }
    ]


def test_addresses_are_relative_to_the_checkout_wherever_the_check_runs(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkout / "my specs ä"
    folder.mkdir()
    (folder / "b.toml").touch()
    monkeypatch.chdir(folder)
    run = run_of(Report((UNKNOWN_KEY.at(Span("b.toml", 1, 1, 1, 2), "x"),), {}))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "my%20specs%20%C3%A4/b.toml", "uriBaseId": "ROOT"}
    base = run["originalUriBaseIds"]["ROOT"]["uri"]
    assert Path(unquote(urlparse(base).path)) == checkout.resolve()
    assert base.endswith("/")


def test_a_file_elsewhere_has_an_address_of_its_own() -> None:
    report = compile_spec("dcgan", ["train.batch=0"]).report
    location = Label(Span(str(ROOT / "dcgan.toml"), 1, 1, 1, 2), "here")
    found = report.diagnostics[0].rule.at(location.span, "x", related=(location,))
    (result,) = run_of(Report((found,), {}))["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"].startswith("file:///")
    assert "uriBaseId" not in place


ROOT = Path(__file__).parents[3] / "specs"


def test_columns_are_characters() -> None:
    assert run_of(Report((), {}))["columnKind"] == "unicodeCodePoints"


def test_other_places_are_related() -> None:
    label = Label(Span("a.toml", 1, 1, 1, 9), "made here")
    run = run_of(Report((UNKNOWN_KEY.at(PLACE, "x", related=(label,)),), {}))
    (related,) = run["results"][0]["relatedLocations"]
    assert related["message"] == {"text": "made here"}
    assert related["physicalLocation"]["region"]["endColumn"] == 9


def test_a_fix_replaces_regions() -> None:
    fix = Fix("write `padding` for `paddin`", (Edit(PLACE, "padding"),))
    run = run_of(Report((UNKNOWN_KEY.at(PLACE, "x", fix=fix),), {}))
    (told,) = run["results"][0]["fixes"]
    assert told["description"] == {"text": "write `padding` for `paddin`"}
    (change,) = told["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "a.toml", "uriBaseId": "ROOT"}
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 9},
            "insertedContent": {"text": "padding"},
        }
    ]


def test_suppressed_findings_are_told_with_their_reasons() -> None:
    quiet = (
        Suppressed(UNUSED_PARAM.at(PLACE, "a"), "comment", "it is for `--set`"),
        Suppressed(UNUSED_PARAM.at(PLACE, "b"), "baseline"),
    )
    run = run_of(Report((UNKNOWN_KEY.at(PLACE, "x"),), {}, quiet))
    assert [result["suppressions"] for result in run["results"]] == [
        [],
        [{"kind": "inSource", "justification": "it is for `--set`"}],
        [{"kind": "external", "justification": "known to the baseline"}],
    ]


def test_a_finding_in_no_file_has_no_address() -> None:
    found = (
        PLUGIN_FAILED.at(None, "broken"),
        UNKNOWN_KEY.at(Span("<stdin>", 1, 1, 1, 2), "x", path="train"),
    )
    results = run_of(Report(found, {}))["results"]
    assert all("physicalLocation" not in p for result in results for p in result["locations"])


@pytest.mark.parametrize("severity", list(Severity))
def test_every_rule_is_told_in_full(severity: Severity) -> None:
    chosen = [rule for rule in ALL.values() if rule.severity is severity]
    run = run_of(Report(tuple(rule.at(PLACE, "x") for rule in chosen), {}))
    told = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert set(told) == {rule.code for rule in chosen}
    for rule in chosen:
        assert told[rule.code]["name"] == rule.slug
        assert told[rule.code]["defaultConfiguration"] == {"level": severity.value}
        assert rule.good in told[rule.code]["help"]["markdown"]


def test_a_fingerprint_survives_a_move() -> None:
    def fingerprint(text: str, line: int) -> Any:
        found = UNKNOWN_KEY.at(Span("a.toml", line, 1, line, 2), "x")
        return run_of(Report((found,), {"a.toml": text}))["results"][0]["partialFingerprints"]

    assert fingerprint("bach = 1\n", 1) == fingerprint("# new\n\n  bach  = 1\n", 3)
    assert fingerprint("bach = 1\n", 1) != fingerprint("bach = 2\n", 1)


def test_a_run_is_a_success_where_all_could_be_opened() -> None:
    assert run_of(Report((), {}))["invocations"] == [{"executionSuccessful": True}]
    (invocation,) = run_of(Report((), {}), "no file `b.toml`")["invocations"]
    assert not invocation["executionSuccessful"]
    (note,) = invocation["toolExecutionNotifications"]
    assert note["message"] == {"text": "no file `b.toml`"}


def test_a_rule_of_a_plugin_is_told_like_any_other() -> None:
    rule = replace(UNUSED_PARAM, code="ABC101", slug="of-a-plugin")
    run = run_of(Report((rule.at(PLACE, "x"),), {}))
    (told,) = run["tool"]["driver"]["rules"]
    assert (told["id"], told["properties"]["tags"]) == ("ABC101", ["Rules of plugins"])
