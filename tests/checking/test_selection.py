"""`--select`, `--ignore`, and what makes a check fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from ganforge.checking.selection import Choice, Selection, codes_of
from ganforge.diagnostics import rules

Check = Callable[..., Result]
Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def spec(write: Write) -> Path:
    """A spec with two errors."""
    loss = ("[losses.adversarial]", 'objective = "hingee"')
    return write("a.toml", *loss, "[train]", "bach = 4")


def codes(check: Check, *options: str) -> list[str]:
    found = json.loads(check("a.toml", "--format", "json", *options).stdout)
    return sorted({item["code"] for item in found})


def test_selected_rules_alone_are_told(check: Check) -> None:
    assert codes(check) == ["GF102", "GF110"]
    assert codes(check, "--select", "GF110") == ["GF110"]
    assert codes(check, "--select", "not-a-choice,GF7") == ["GF110"]
    assert codes(check, "--select", "gf1") == ["GF102", "GF110"]


def test_ignored_rules_are_not_told(check: Check) -> None:
    assert codes(check, "--ignore", "GF110", "--ignore", "GF7") == ["GF102"]
    assert codes(check, "--select", "GF1", "--ignore", "unknown-key") == ["GF110"]


def test_errors_that_are_left_out_are_counted(check: Check) -> None:
    result = check("a.toml", "--select", "GF7")
    assert result.exit_code == 0
    assert "2 errors left out" in result.stderr
    assert "left out" not in check("a.toml", "--ignore", "GF7").stderr


def test_what_cannot_be_read_is_always_told(check: Check) -> None:
    Path("a.toml").write_text("ganforge = ")
    assert codes(check, "--select", "GF7") == ["GF103"]


@pytest.mark.parametrize("option", ["--select", "--ignore"])
@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("unusd-param", "unused-param"),
        ("GF1122", "did you mean `GF122`?"),
        ("GF999", "`ganforge rules` lists all"),
    ],
)
def test_an_unknown_rule_is_an_error_of_usage(
    check: Check, option: str, name: str, near: str
) -> None:
    result = check("a.toml", option, name)
    assert result.exit_code == 2
    assert f"there is no rule `{name}`" in result.stderr
    assert near in result.stderr


@pytest.mark.parametrize("names", ["", ","])
def test_a_list_of_no_rules_is_an_error_of_usage(check: Check, names: str) -> None:
    result = check("a.toml", "--select", names)
    assert result.exit_code == 2
    assert "no rule is named" in result.stderr


def test_a_comma_at_the_end_names_nothing(check: Check) -> None:
    assert codes(check, "--select", "GF110,") == ["GF110"]


def test_the_command_line_goes_before_the_settings() -> None:
    usual = Choice.of(["GF1", "GF7"], ["GF112"])
    assert not Selection(usual=usual).allows("GF112")
    assert not Selection(usual=usual).allows("GF201")
    assert Selection(Choice.of(["GF112"], []), usual).allows("GF112")
    assert not Selection(Choice.of(None, ["GF7"]), usual).allows("GF712")
    assert Selection(Choice.of(None, ["GF7"]), usual).allows("GF102")


def test_a_name_a_code_and_a_beginning_mean_rules() -> None:
    assert codes_of("GF712") == codes_of("gf712") == codes_of("saturating") == {"GF712"}
    assert codes_of("GF7") == {code for code in rules.ALL if code.startswith("GF7")}
    assert codes_of("GF") == set(rules.ALL)


@pytest.mark.parametrize(
    ("line", "severity"),
    [("batch = 4", "none"), ("unused = 3", "warning"), ("bach = 4", "error")],
)
def test_the_exit_code_follows_the_gravest(
    check: Check, write: Write, line: str, severity: str
) -> None:
    write("b.toml", "[params]" if severity == "warning" else "[train]", line)
    codes = [check("b.toml", "--fail-on", s).exit_code for s in ("note", "warning", "error")]
    expected = {"none": [0, 0, 0], "warning": [1, 1, 0], "error": [1, 1, 1]}
    assert codes == expected[severity]
    assert check("b.toml", "--fail-on", "note", "--exit-zero").exit_code == 0


def test_a_note_fails_where_notes_shall(check: Check, write: Write) -> None:
    write("n.toml", "[train]", 'optimizer = { kind = "sgd", lr = 0.1 }')
    assert "note[GF122]" in check("n.toml").stdout
    assert check("n.toml", "--fail-on", "warning").exit_code == 0
    assert check("n.toml", "--fail-on", "note").exit_code == 1


def test_a_missing_file_exits_with_2_even_so(check: Check) -> None:
    assert check("missing.toml", "--exit-zero").exit_code == 2
