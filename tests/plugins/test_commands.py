"""Commands that plugins add."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Install = Callable[..., Path]
Command = Callable[..., Result]

COMMAND = """
from ganforge.plugins import Command, hookimpl

@hookimpl
def ganforge_register_commands():
    return [Command("count", "Counts up.", "counting:count")]
"""
COUNTING = """
import click

@click.command()
@click.argument("to", type=int)
@click.option("--down", is_flag=True)
def count(to, down):
    "Count up to TO."
    numbers = range(1, to + 1)
    click.echo(" ".join(map(str, reversed(numbers) if down else numbers)))
    1 / (9 - to)
"""


@pytest.fixture
def counting(install: Install, site: Path) -> None:
    install("counts", COMMAND)
    (site / "counting.py").write_text(COUNTING)


@pytest.mark.usefixtures("counting")
def test_it_stands_in_a_section_of_its_own(ganforge: Command) -> None:
    text = ganforge("--help").output
    assert text.endswith("Commands of plugins:\n  count  Counts up.\n")
    assert "Commands of plugins" not in ganforge("--no-plugins", "--help").output


@pytest.mark.usefixtures("counting")
def test_it_is_imported_when_it_is_called(ganforge: Command) -> None:
    ganforge("--help")
    ganforge("check", "gan")
    assert "counting" not in sys.modules
    assert ganforge("count", "3", "--down").output == "3 2 1\n"
    assert ganforge("counts/count", "2").output == ganforge("COUNTS/count", "2").output == "1 2\n"


@pytest.mark.usefixtures("counting")
def test_its_own_help_and_its_own_errors_are_told(ganforge: Command) -> None:
    assert "Count up to TO." in ganforge("count", "--help").output
    result = ganforge("count", "x")
    assert result.exit_code == 2
    assert "'x' is not a valid integer" in result.stderr


@pytest.mark.usefixtures("counting")
def test_what_it_raises_is_one_line_with_its_place(ganforge: Command, site: Path) -> None:
    result = ganforge("count", "9")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: the command `count` of counts 2.1 failed: ZeroDivisionError: division by zero, "
        f"at {site / 'counting.py'}:11, in count\n"
    )


ERRORS = """
import click
import ganforge

@click.command()
@click.argument("kind")
def count(kind):
    if kind == "spec":
        ganforge.check("nonesuch")
    if kind == "run":
        ganforge.load("nonesuch")
    raise ganforge.RunError("the disc is full: empty it.")
"""


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("spec", "error: no file or shipped spec `nonesuch`"),
        ("run", "error: nonesuch is no run"),
        ("disc", "error: the disc is full: empty it.\n"),
    ],
)
def test_errors_of_ganforge_are_told_as_everywhere(
    install: Install, site: Path, ganforge: Command, kind: str, said: str
) -> None:
    install("counts", COMMAND)
    (site / "counting.py").write_text(ERRORS)
    result = ganforge("count", kind)
    assert result.exit_code == 2
    assert result.stderr.startswith(said)


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("import not_there", "does not load: ModuleNotFoundError: No module named 'not_there'"),
        ("raise SystemExit(0)", "does not load: SystemExit: 0"),
        ("count = print", "is no click command: `counting:count`"),
        ("", "does not load: AttributeError"),
    ],
)
def test_one_that_does_not_load_is_one_line(
    install: Install, site: Path, ganforge: Command, module: str, said: str
) -> None:
    install("counts", COMMAND)
    (site / "counting.py").write_text(module)
    result = ganforge("count")
    assert result.exit_code == 2
    assert f"error: the command `count` of counts 2.1 {said}" in result.stderr


def test_it_cannot_take_the_place_of_a_built_in_one(
    install: Install, site: Path, ganforge: Command
) -> None:
    install("counts", COMMAND.replace('"count"', '"check"'))
    (site / "counting.py").write_text(COUNTING)
    assert ganforge("check", "gan").output == "No problems found.\n"
    assert ganforge("counts/check", "2").output == "1 2\n"
    assert "  counts/check  Counts up.\n" in ganforge("--help").output
    told = ganforge("plugins", "doctor")
    assert "the command `check` of counts 2.1 has the name of a built-in one" in told.output
    assert "call it `ganforge counts/check`" in told.output
    assert told.exit_code == 1


@pytest.mark.usefixtures("counting")
def test_an_unknown_command_gets_the_nearest_or_its_reason(
    install: Install, ganforge: Command
) -> None:
    assert "did you mean `count`?" in ganforge("cuont").stderr
    assert "did you mean `check`?" in ganforge("chek").stderr
    install("lost", "import not_there\n" + COMMAND.replace('"count"', '"lost"'))
    told = ganforge("lost").stderr
    assert "the command `lost` is provided by lost 2.1, which failed to load" in told
