"""Complaints from public threads, each with the rule that would have told."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ganforge.diagnostics import rules
from ganforge.pipeline import compile_spec

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
TABLES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (ROOT / "docs" / "complaints.toml").read_text("utf-8")
)
REFUSED = [entry["case"] for entry in TABLES["refused"]]
NAMED = [case for entry in TABLES["complaint"] for case in entry.get("cases", ())]


@pytest.mark.parametrize("case", REFUSED)
def test_a_configuration_that_a_checker_of_keys_accepts_is_refused(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert compile_spec(CASES / f"{case}.toml").report.errors
    assert compile_spec(CASES / f"{case}.good.toml").report.ok


@pytest.mark.parametrize("case", NAMED)
def test_a_case_of_a_complaint_is_one_that_the_cases_test(case: str) -> None:
    assert {(CASES / f"{case}{end}").is_file() for end in (".toml", ".good.toml", ".txt")} == {True}


def test_every_complaint_has_a_rule_or_says_what_holds_instead() -> None:
    for entry in TABLES["complaint"]:
        assert entry.get("cases") or entry["instead"]
        assert set(entry.get("rules", ())) <= set(rules.ALL)
