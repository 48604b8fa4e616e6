"""`ganforge check`: exit codes, formats, and what a path may be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from ganforge.cli.output import colored

Command = Callable[..., Result]
SPEC = 'ganforge = 1\nextends = "dcgan"\n'
WARNED = SPEC + "[params]\nunused = 3\n"


def test_a_sound_spec_exits_with_0(ganforge: Command) -> None:
    result = ganforge("check", "dcgan", "gan")
    assert (result.exit_code, result.stdout) == (0, "No problems found.\n")


def test_an_error_exits_with_1_and_is_shown_in_its_line(ganforge: Command) -> None:
    result = ganforge("check", "dcgan", "--set", "size=48")
    assert result.exit_code == 1
    assert "error[GF105]" in result.stdout
    assert 'in = "range(doublings)"' in result.stdout
    assert result.stdout.endswith("Found 1 error.\n")


def test_a_missing_file_exits_with_2_after_the_others_are_checked(ganforge: Command) -> None:
    result = ganforge("check", "missing.toml", "gan")
    assert (result.exit_code, result.stdout) == (2, "No problems found.\n")
    assert "no file or shipped spec `missing.toml`" in result.stderr


def test_a_misspelled_name_is_answered_with_the_nearest(ganforge: Command) -> None:
    result = ganforge("check", "dcgn")
    assert result.stderr == "error: no file or shipped spec `dcgn`: did you mean `dcgan`?\n"


def test_warnings_fail_on_demand_only(ganforge: Command, folder: Path) -> None:
    Path("a.toml").write_text(WARNED)
    assert ganforge("check", "a.toml").exit_code == 0
    result = ganforge("check", "a.toml", "--fail-on", "warning")
    assert result.exit_code == 1
    assert "warning[GF112]" in result.stdout


def test_json_is_a_list_of_what_was_found(ganforge: Command) -> None:
    result = ganforge("check", "dcgan", "--set", "size=48", "--format", "json")
    found = json.loads(result.stdout)
    assert "GF105" in {item["code"] for item in found}


def test_github_is_the_usual_form_of_a_workflow(
    ganforge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    asked = ("check", "dcgan", "--set", "size=48")
    assert ganforge(*asked).stdout.startswith("::error file=")
    assert "::" not in ganforge(*asked, "--format", "concise").stdout
    assert ganforge("check", "dcgan").stdout == ""


def test_concise_has_one_line_for_each(ganforge: Command) -> None:
    result = ganforge("check", "dcgan", "--set", "widht=4", "--format", "concise")
    first, last = result.stdout.splitlines()
    assert first.startswith("--set:1:1: error[")
    assert last == "Found 1 error."


def test_of_a_folder_all_specs_are_checked_and_nothing_else(ganforge: Command) -> None:
    Path("deep").mkdir()
    Path("deep/a.toml").write_text(SPEC + "widht = 3\n")
    Path("deep/pyproject.toml").write_text("[project]\nname = 3\n")
    Path(".hidden").mkdir()
    Path(".hidden/b.toml").write_text("ganforge = 99\n")
    result = ganforge("check", ".", "--format", "json")
    assert [Path(item["file"]).name for item in json.loads(result.stdout)] == ["a.toml"]


def test_a_folder_without_specs_exits_with_2(ganforge: Command) -> None:
    result = ganforge("check", ".")
    assert result.exit_code == 2
    assert "there is no spec below ." in result.stderr


def test_the_standard_input_is_checked(ganforge: Command) -> None:
    assert ganforge("check", "-", input=SPEC).exit_code == 0
    assert ganforge("check", "-", input="ganforge = 1 =").exit_code == 1
    assert ganforge("check", "-", input="").exit_code == 1


class Terminal:
    def isatty(self) -> bool:
        return True


def test_colours_are_for_terminals_without_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert colored(Terminal())  # type: ignore[arg-type]
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colored(Terminal())  # type: ignore[arg-type]


def test_a_report_in_a_file_has_no_colours(ganforge: Command) -> None:
    assert "\x1b" not in ganforge("check", "dcgan", "--set", "size=48").stdout


def test_the_module_runs_as_the_command_does() -> None:
    command = [sys.executable, "-m", "ganforge", "--version"]
    assert subprocess.run(command, capture_output=True, text=True).stdout.startswith("ganforge ")


def test_force_color_paints_what_no_terminal_shows(
    ganforge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("check", "dcgan", "--set", "size=48")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31merror" in ganforge(*asked).stdout
    assert "\x1b" not in ganforge(*asked, "--format", "json").stdout
    assert "\x1b" not in ganforge(*asked, "--output", "a.txt").stdout + Path("a.txt").read_text()
    for name, value in (("FORCE_COLOR", "0"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
        assert "\x1b" not in ganforge(*asked).stdout


def test_what_is_no_file_says_so(ganforge: Command) -> None:
    os.mkfifo("pipe.toml")
    Path("zero.toml").symlink_to("/dev/zero")
    Path("loop.toml").symlink_to("loop.toml")
    for name, reason in (
        ("pipe.toml", "a pipe or device"),
        ("zero.toml", "a pipe or device"),
        ("loop.toml", "a link that leads back to itself"),
    ):
        for options in ((), ("--fix",)):
            result = ganforge("check", name, *options)
            assert result.exit_code == 2
            assert result.stderr.startswith(f"error: {name}: ") and reason in result.stderr


@pytest.mark.parametrize("option", ["--output", "--write-baseline"])
def test_a_folder_that_is_not_there_is_named(ganforge: Command, option: str) -> None:
    result = ganforge("check", "dcgan", option, "nowhere/a.txt")
    assert result.exit_code == 2
    assert "there is no folder nowhere" in result.stderr
