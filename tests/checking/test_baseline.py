"""`--write-baseline`, `--baseline`, `--prune-baseline`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Check = Callable[..., Result]
Write = Callable[..., Path]
LOSS = ("[losses.adversarial]", 'objective = "saturating"')
KNOWN = ("--baseline", "known.json", "--fail-on", "note")


@pytest.fixture
def spec(check: Check, write: Write) -> Path:
    """A spec with a warning that the baseline `known.json` knows."""
    path = write("a.toml", *LOSS)
    result = check("a.toml", "--write-baseline", "known.json")
    assert (result.exit_code, result.stdout) == (0, "No problems found.\n")
    assert result.stderr == "Wrote 1 finding to known.json.\n"
    return path


def test_what_it_knows_is_not_told(check: Check, spec: Path) -> None:
    assert check("a.toml", "--fail-on", "warning").exit_code == 1
    result = check("a.toml", *KNOWN)
    assert (result.exit_code, result.stdout) == (0, "No problems found.\n")


def test_a_line_may_move(check: Check, spec: Path) -> None:
    spec.write_text(spec.read_text().replace("[losses", "# more\n[train]\nbatch = 3\n[losses"))
    assert check("a.toml", *KNOWN).exit_code == 0


def test_a_new_finding_is_told(check: Check, spec: Path, write: Write) -> None:
    write("a.toml", *LOSS, "[params]", "unused = 3")
    result = check("a.toml", *KNOWN, "--format", "concise")
    assert result.stdout.startswith("a.toml:6:1: warning[GF112]")
    assert result.stdout.endswith("Found 1 warning.\n")


def test_an_equal_finding_in_another_file_is_new(check: Check, spec: Path, write: Write) -> None:
    write("b.toml", *LOSS)
    assert check(".", *KNOWN, "--format", "concise").stdout.startswith("b.toml:4:13")


def test_a_second_finding_on_an_equal_line_is_new(check: Check, write: Write) -> None:
    write("a.toml", "[params]", "size2 = 3")
    check("a.toml", "--write-baseline", "known.json")
    write("a.toml", "[params]", "size2 = 3", "size3 = 3")
    assert check("a.toml", *KNOWN, "--format", "concise").stdout.count("GF112") == 1


def test_what_is_gone_is_a_note_at_its_line(check: Check, spec: Path, write: Write) -> None:
    write("a.toml")
    result = check("a.toml", *KNOWN, "--format", "concise")
    assert result.stdout.startswith("known.json:4:57: note[GF135]: GF712 is no longer found in a.")
    assert result.exit_code == 1
    assert check("a.toml", *KNOWN, "--ignore", "GF135").exit_code == 0


def test_what_is_gone_is_pruned(check: Check, spec: Path, write: Write) -> None:
    write("b.toml", *LOSS)
    check(".", "--write-baseline", "known.json")
    write("a.toml")
    result = check(".", *KNOWN, "--prune-baseline")
    assert (result.exit_code, result.stderr) == (0, "Removed 1 finding from known.json.\n")
    assert [e["file"] for e in json.loads(Path("known.json").read_text())["findings"]] == ["b.toml"]


def test_an_entry_of_a_file_that_is_gone_is_told(check: Check, spec: Path, write: Write) -> None:
    spec.rename("b.toml")
    assert "GF135" in check("b.toml", *KNOWN).stdout


def test_nothing_is_said_of_files_that_are_not_checked(
    check: Check, spec: Path, write: Write
) -> None:
    write("b.toml")
    write("a.toml")
    assert check("b.toml", *KNOWN).exit_code == 0


@pytest.mark.parametrize("option", [("--ignore", "GF7"), ("--set", "width=8")])
def test_nothing_is_said_where_findings_cannot_be_compared(
    check: Check, spec: Path, write: Write, option: tuple[str, str]
) -> None:
    write("a.toml")
    assert check("a.toml", *KNOWN, *option).exit_code == 0


def test_an_error_makes_nothing_gone(check: Check, spec: Path, write: Write) -> None:
    write("a.toml", *LOSS, "[train]", "bach = 3")
    assert "GF135" not in check("a.toml", *KNOWN, "--prune-baseline").stdout
    assert len(json.loads(Path("known.json").read_text())["findings"]) == 1


def test_what_specs_share_is_known_once(check: Check, spec: Path) -> None:
    for name in ("b.toml", "c.toml"):
        Path(name).write_text('ganforge = 1\nextends = "a.toml"\n')
    assert check(".", *KNOWN).exit_code == 0


def test_it_may_lie_elsewhere(check: Check, spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    assert check("../a.toml", "--baseline", "../known.json", "--fail-on", "note").exit_code == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2, "findings": []}', '{"a": 1}'])
def test_a_file_that_is_none_is_refused(check: Check, spec: Path, text: str) -> None:
    Path("known.json").write_text(text)
    result = check("a.toml", *KNOWN)
    assert result.exit_code == 2
    assert "known.json is no baseline" in result.stderr


def test_a_missing_one_is_refused_with_a_remedy(check: Check, write: Write) -> None:
    write("a.toml")
    result = check("a.toml", *KNOWN)
    assert result.exit_code == 2
    assert result.stderr == (
        "error: there is no baseline known.json: `--write-baseline known.json` writes one\n"
    )


def test_what_cannot_be_read_is_never_known(check: Check) -> None:
    Path("a.toml").write_text("ganforge = ")
    assert check("a.toml", "--write-baseline", "known.json").exit_code == 1
    assert json.loads(Path("known.json").read_text())["findings"] == []


def test_there_must_be_one_to_prune(check: Check, write: Write) -> None:
    write("a.toml")
    result = check("a.toml", "--prune-baseline")
    assert result.exit_code == 2
    assert "name it by `--baseline FILE`" in result.stderr
