"""Reports as workflow commands of GitHub Actions."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganforge.diagnostics.diagnostic import Span
from ganforge.diagnostics.formats.github import render_github
from ganforge.diagnostics.report import Report
from ganforge.diagnostics.rules.document import REPLACED_TABLE, UNKNOWN_KEY, UNUSED_PARAM
from ganforge.diagnostics.rules.plugins import PLUGIN_FAILED

PLACE = Span("a.toml", 3, 21, 3, 27)


def test_a_finding_is_a_command_at_its_place() -> None:
    found = UNKNOWN_KEY.at(PLACE, "unknown key `paddin`", help="did you mean `padding`?")
    assert render_github(Report((found,), {})) == (
        "::error file=a.toml,line=3,endLine=3,col=21,endColumn=27,title=GF102 unknown-key::"
        "unknown key `paddin`%0Ahelp: did you mean `padding`?"
    )


def test_what_commands_reserve_is_escaped() -> None:
    found = UNKNOWN_KEY.at(Span("a,b:c%.toml", 1, 1, 2, 1), "100%\r\nsure: yes, really")
    assert render_github(Report((found,), {})) == (
        "::error file=a%2Cb%3Ac%25.toml,line=1,endLine=2,title=GF102 unknown-key::"
        "100%25%0D%0Asure: yes, really"
    )


def test_the_gravest_come_first() -> None:
    found = (
        REPLACED_TABLE.at(Span("a.toml", 1, 1, 1, 2), "a note"),
        UNUSED_PARAM.at(Span("a.toml", 2, 1, 2, 2), "a warning"),
        UNKNOWN_KEY.at(PLACE, "an error"),
    )
    lines = render_github(Report(found, {})).splitlines()
    assert [line.split()[0] for line in lines] == ["::error", "::warning", "::notice"]


def test_a_finding_without_a_place_names_no_file() -> None:
    text = render_github(Report((PLUGIN_FAILED.at(None, "broken"),), {}))
    assert text == "::warning title=GF803 plugin-failed::broken"


def test_paths_start_at_the_root_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "a.toml").touch()
    monkeypatch.chdir(tmp_path / "specs")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert "file=specs/a.toml," in render_github(Report((UNKNOWN_KEY.at(PLACE, "x"),), {}))


def test_what_cannot_be_opened_comes_first() -> None:
    text = render_github(Report((UNKNOWN_KEY.at(PLACE, "x"),), {}), ["no file `b.toml`"])
    assert text.splitlines()[0] == "::error title=cannot be opened::no file `b.toml`"
