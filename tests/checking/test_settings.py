"""`[tool.ganforge]` in `pyproject.toml`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Check = Callable[..., Result]
Write = Callable[..., Path]
LOSS = ("[losses.adversarial]", 'objective = "saturating"')


def project(*lines: str, folder: str = ".") -> None:
    (Path(folder) / "pyproject.toml").write_text("\n".join(["[tool.ganforge]", *lines, ""]))


@pytest.fixture(autouse=True)
def spec(write: Write) -> Path:
    """A spec with a warning."""
    return write("specs/a.toml", *LOSS)


def codes(check: Check, *arguments: str) -> list[str]:
    found = json.loads(check(*arguments, "--format", "json").stdout)
    return [item["code"] for item in found]


def test_rules_are_ignored_and_selected(check: Check) -> None:
    project('ignore = ["saturating"]')
    assert codes(check, "specs") == []
    assert codes(check, "specs", "--select", "GF7") == ["GF712"]
    project('select = ["GF1"]')
    assert codes(check, "specs") == []


def test_the_lightest_failure_and_the_format_are_set(check: Check) -> None:
    project('fail-on = "warning"', 'format = "concise"')
    result = check("specs")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith("specs/a.toml:4:13: warning[GF712]")
    assert check("specs", "--fail-on", "error").exit_code == 0
    assert check("specs", "--format", "json").stdout.startswith("[")


def test_the_format_goes_before_that_of_a_workflow(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    project('format = "json"')
    assert check("specs").stdout.startswith("[")


def test_files_are_excluded_below_folders_only(check: Check, write: Write) -> None:
    write("specs/b.toml", *LOSS)
    project('exclude = ["specs/a.*"]')
    assert "b.toml" in check("specs", "--format", "concise").stdout.splitlines()[0]
    assert codes(check, "specs") == ["GF712"]
    assert codes(check, "specs/a.toml") == ["GF712"]


@pytest.mark.parametrize("pattern", ["specs/a.*", "specs/", "*.toml"])
def test_a_named_file_is_excluded_on_demand(check: Check, pattern: str) -> None:
    project(f'exclude = ["{pattern}"]')
    assert codes(check, "specs/a.toml", "--force-exclude") == []
    assert codes(check, "specs/a.toml") == ["GF712"]


def test_only_what_is_excluded_is_left_out_on_demand(check: Check) -> None:
    assert codes(check, "specs/a.toml", "--force-exclude") == ["GF712"]
    project('exclude = ["drafts/", "specs/b.toml"]')
    assert codes(check, "specs/a.toml", "--force-exclude") == ["GF712"]


def test_a_rule_is_ignored_in_some_files(check: Check, write: Write) -> None:
    write("specs/old/b.toml", *LOSS)
    project("[tool.ganforge.per-file-ignores]", '"specs/old/" = ["GF7"]')
    assert codes(check, "specs") == ["GF712"]


def test_a_baseline_is_named_from_the_project(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    project('baseline = "known.json"')
    assert check("specs").exit_code == 2
    check("specs", "--write-baseline", "known.json")
    monkeypatch.chdir("specs")
    assert codes(check, ".") == []


def test_the_nearest_file_with_settings_counts(check: Check, write: Write) -> None:
    write("specs/deep/b.toml", *LOSS)
    project('ignore = ["GF7"]')
    Path("specs/pyproject.toml").write_text("[project]\nname = 'ganforge-specs'\n")
    assert codes(check, "specs/deep") == []
    project('select = ["GF7"]', folder="specs")
    assert codes(check, "specs/deep") == ["GF712"]
    assert codes(check, "specs", ".") == []


def test_the_standard_input_has_those_of_its_file(check: Check, spec: Path) -> None:
    project('ignore = ["GF7"]', folder="specs")
    text = spec.read_text()
    assert "GF712" in check("-", input=text).stdout
    result = check("-", "--stdin-filename", "specs/a.toml", input=text)
    assert result.stdout == "No problems found.\n"


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ('selct = ["GF7"]', "2:1", "did you mean the key `select`?"),
        ('select = ["GF7", "GF7777"]', "2:18", "there is no rule `GF7777`"),
        ("ignore = 3", "2:10", "a list of words"),
        ('fail-on = "warn"', "2:11", "did you mean `warning`?"),
        ("format = []", "2:10", "`format` cannot be []"),
        ("baseline = true", "2:12", "a path in quotes"),
        ("exclude = [1]", "2:12", 'such as `["drafts/"]`'),
        ('exclude = "drafts"', "2:11", "`exclude` must be a list of words"),
        ('ignore = [3, "saturatng"]', "2:14", "did you mean `saturating`?"),
        ('exclude = ["!"]', "2:11", "no pattern of files"),
        ("per-file-ignores = []", "2:20", "must be a table"),
        ("ignore = [", "2:11", "a value is missing"),
    ],
)
def test_a_mistake_is_an_error_at_its_place(
    check: Check, line: str, place: str, message: str
) -> None:
    project(line)
    result = check("specs")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"--> pyproject.toml:{place}\n" in result.stderr
    assert message in result.stderr


@pytest.mark.parametrize("way", ["option", "setting", "workflow"])
def test_a_mistake_is_an_annotation_at_its_line_on_github(
    check: Check, monkeypatch: pytest.MonkeyPatch, folder: Path, way: str
) -> None:
    project('ignore = ["saturatng"]', *(['format = "github"'] if way == "setting" else []))
    if way == "workflow":
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder))
    monkeypatch.chdir("specs")
    result = check(".", *(["--format", "github"] if way == "option" else []))
    place = "file=pyproject.toml,line=2,endLine=2,col=11,endColumn=22,title=GF110 not-a-choice"
    message = "there is no rule `saturatng`%0Ahelp: did you mean `saturating`?"
    assert result.exit_code == 2
    assert result.stdout == f"::error {place}::{message}\n"
    assert result.stderr == "Found 1 error.\n"


def test_a_format_that_is_asked_for_goes_before_that_of_bad_settings(check: Check) -> None:
    project('format = "github"', "ignore = 3")
    result = check("specs", "--format", "concise")
    assert result.stdout == ""
    assert "--> pyproject.toml:3:10" in result.stderr


def test_other_projects_files_are_left_alone(check: Check) -> None:
    Path("pyproject.toml").write_text("[project]\ndependencies = ['ganforge']\n")
    assert codes(check, "specs") == ["GF712"]
    Path("pyproject.toml").write_text("[project\ndependencies = ['ganforge']\n")
    assert codes(check, "specs") == ["GF712"]
