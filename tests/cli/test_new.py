"""`ganforge new`: a spec of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]
BASES = ("dcgan", "infogan", "sngan-projection", "wgan")
COMMENTED = re.compile(r"^# (?=\w+ = )(?!without)", re.MULTILINE)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("form", [(), ("--copy",)])
def test_what_it_writes_is_sound(base: str, form: tuple[str, ...], ganforge: Command) -> None:
    assert ganforge("new", "mine", "--from", base, *form).exit_code == 0
    report = ganforge("check", "mine.toml")
    assert report.exit_code == 0, report.output
    assert ganforge("show", "mine.toml", "--json").stdout.startswith('{\n  "name": "mine"')


@pytest.mark.parametrize("base", BASES)
def test_the_lines_in_comments_are_what_is_inherited(base: str, ganforge: Command) -> None:
    ganforge("new", "mine", "--from", base)
    before = ganforge("show", "mine.toml").stdout
    text, count = COMMENTED.subn("", Path("mine.toml").read_text())
    Path("mine.toml").write_text(text)
    assert count > 5
    assert ganforge("show", "mine.toml").stdout == before


def test_it_trains(ganforge: Command) -> None:
    ganforge("new", "mine", "--from", "dcgan")
    tiny = ("--set", "size=16", "--set", "width=8", "--batch", "4", "--rounds", "1")
    result = ganforge("train", "mine.toml", *tiny)
    assert result.exit_code == 0, result.output
    assert Path("runs/mine/checkpoints").is_dir()


def test_its_first_line_names_the_schema_beside_it(ganforge: Command) -> None:
    ganforge("new", "mine", "--from", "dcgan")
    first = Path("mine.toml").read_text().splitlines()[0]
    assert first == "#:schema ./ganforge.schema.json"
    assert Path("ganforge.schema.json").read_text() == ganforge("schema").output


def test_nothing_is_overwritten(ganforge: Command) -> None:
    Path("mine.toml").write_text("mine")
    result = ganforge("new", "mine", "--from", "dcgan")
    assert result.exit_code == 2
    assert result.output == "error: mine.toml exists: choose another name, or remove it\n"
    assert Path("mine.toml").read_text() == "mine"
    assert not Path("ganforge.schema.json").exists()


def test_an_old_schema_is_kept_and_told(ganforge: Command) -> None:
    Path("ganforge.schema.json").write_text("{}")
    output = ganforge("new", "mine", "--from", "dcgan").output
    assert "`ganforge schema -o ganforge.schema.json` writes it anew" in output
    assert Path("ganforge.schema.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("name", "base", "told"),
    [
        ("a b", "dcgan", "`a b` cannot be the name of a spec: use letters, digits, `_` and `-`"),
        ("../up", "dcgan", "`../up` cannot be the name of a spec"),
        ("mine.toml", "dcgan", "`mine.toml` is the name of a file: write `mine`"),
        ("dcgan", "dcgan", "choose another name, such as `my-dcgan`"),
        ("mine", "dcgna", "there is no shipped spec `dcgna`: did you mean"),
    ],
)
def test_bad_names_are_refused_with_a_remedy(
    name: str, base: str, told: str, ganforge: Command
) -> None:
    result = ganforge("new", name, "--from", base)
    assert result.exit_code == 2
    assert told in result.output
    assert list(Path().iterdir()) == []
