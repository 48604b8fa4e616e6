"""What goes where: the standard output, the error output, a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result

from ganforge.diagnostics.formats import FORMATS

Check = Callable[..., Result]
Write = Callable[..., Path]

READ: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "jsonl": lambda text: [json.loads(line) for line in text.splitlines()],
    "sarif": json.loads,
    "junit": lambda text: ET.fromstring(text.encode()),
    "github": lambda text: [line.index("::") for line in text.splitlines()],
}
KEYS = ["code", "slug", "severity", "message", "file", "line", "column", "end_line", "end_column"]


@pytest.mark.parametrize("form", READ)
def test_nothing_but_findings_is_on_the_standard_output(
    check: Check, write: Write, form: str
) -> None:
    write("a.toml", "[train]", "bach = 3", "quux = 1", "[params]", "odd = 1")
    for extra in ((), ("--fix",), ("--write-baseline", "b.json"), ("--ignore", "GF102")):
        result = check("a.toml", "missing.toml", "--format", form, *extra)
        assert result.exit_code == 2
        assert "missing.toml" in result.stderr
        READ[form](result.stdout)


@pytest.mark.parametrize("form", READ)
def test_a_spec_that_cannot_be_opened_is_told_in_the_same_form(check: Check, form: str) -> None:
    result = check("missing.toml", "--format", form)
    assert result.exit_code == 2
    READ[form](result.stdout)
    assert ("missing.toml" in result.stdout) is (form in ("github", "sarif", "junit"))


def test_every_format_is_read_by_something() -> None:
    assert {*READ, "full", "concise"} == set(FORMATS)


@pytest.mark.parametrize("form", READ)
def test_no_findings_are_said_in_the_same_form(check: Check, write: Write, form: str) -> None:
    write("a.toml")
    READ[form](check("a.toml", "--format", form).stdout)


def test_an_object_has_exactly_these_keys(check: Check, write: Write) -> None:
    write("a.toml", "[train]", "bach = 3")
    (found,) = json.loads(check("a.toml", "--format", "json").stdout)
    assert list(found) == [*KEYS, "path", "related", "help", "fix"]
    assert found["fix"]["edits"][0]["text"] == "batch"
    (line,) = check("a.toml", "--format", "jsonl").stdout.splitlines()
    assert json.loads(line) == found


def test_a_file_takes_the_findings(check: Check, write: Write) -> None:
    write("a.toml", "[train]", "bach = 3")
    expected = check("a.toml", "--format", "sarif").stdout
    result = check("a.toml", "--format", "sarif", "--output", "found.sarif")
    assert (result.exit_code, result.stdout) == (1, "")
    assert Path("found.sarif").read_text() == expected
    assert sorted(path.name for path in Path().iterdir()) == ["a.toml", "found.sarif"]


def test_a_folder_that_is_not_there_is_told(check: Check, write: Write) -> None:
    write("a.toml")
    result = check("a.toml", "--output", "no/found.txt")
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_a_workflow_has_a_summary_beside_its_commands(check: Check, write: Write) -> None:
    write("a.toml", "[train]", "bach = 3")
    result = check("a.toml", "--format", "github")
    assert result.stdout.count("\n") == 1
    assert result.stderr == "Found 1 error.\n"


def test_the_standard_input_goes_by_the_name_of_its_file(check: Check, write: Write) -> None:
    write("specs/base.toml", "[train]", "batch = 3")
    text = 'ganforge = 1\nextends = "base.toml"\n[train]\nbach = 3\n'
    result = check("-", "--stdin-filename", "specs/new.toml", "--format", "concise", input=text)
    assert result.stdout.startswith("specs/new.toml:4:1: error[GF102]")
    assert "cannot be read" in check("-", input=text).stdout


def test_what_specs_share_is_said_once(check: Check, write: Write, folder: Path) -> None:
    write("base.toml", "[train]", "bach = 3")
    for name in ("a.toml", "b.toml"):
        Path(name).write_text('ganforge = 1\nextends = "base.toml"\n')
    for path in (".", str(folder)):
        found = json.loads(check(path, "--format", "json").stdout)
        assert [item["code"] for item in found] == ["GF102"]


def test_of_a_build_server_each_spec_is_a_suite(check: Check, write: Write) -> None:
    write("a.toml", "[train]", "bach = 3")
    write("b.toml")
    root = ET.fromstring(check(".", "--format", "junit").stdout.encode())
    suites = [(suite.get("name"), suite.get("failures")) for suite in root]
    assert suites == [("a.toml", "1"), ("b.toml", "0")]
