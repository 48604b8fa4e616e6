"""Which plugins take part: `--no-plugins`, `--strict-plugins` and `GANFORGE_PLUGINS`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from ganforge.checking.survey import Spec, reports_of
from ganforge.plugins.registry import load_registry
from ganforge.plugins.selection import chosen

Install = Callable[..., Path]
Command = Callable[..., Result]

BLOCK = """
from ganforge.plugins import Block, Params, hookimpl

@hookimpl
def ganforge_register_blocks():
    return [Block("{name}", "One.", Params, infer=lambda params, x: x)]
"""


@pytest.fixture
def two(install: Install) -> None:
    install("Alpha_One", BLOCK.replace("{name}", "first"))
    install("beta", BLOCK.replace("{name}", "second"))


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("listed", "given"),
    [("", set()), ("alpha-one", {"first"}), (" alpha.one , BETA ", {"first", "second"})],
)
def test_only_the_listed_distributions_load(
    monkeypatch: pytest.MonkeyPatch, listed: str, given: set[str]
) -> None:
    monkeypatch.setenv("GANFORGE_PLUGINS", listed)
    blocks = set(load_registry().blocks)
    assert blocks & {"first", "second"} == given
    assert "conv" in blocks


@pytest.mark.usefixtures("two")
def test_what_is_left_out_is_not_imported_and_is_told(
    ganforge: Command, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("trap", "open('ran', 'w').close()")
    monkeypatch.setenv("GANFORGE_PLUGINS", "beta")
    result = ganforge("plugins", "doctor")
    assert not Path("ran").exists()
    assert "  is left out by `GANFORGE_PLUGINS=beta`\n" in result.output
    assert "  would give the block `first`\n" in result.output
    assert result.exit_code == 0


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_plugins_stands_before_or_behind_the_command(ganforge: Command, place: int) -> None:
    words = ["blocks", "first"]
    words.insert(place, "--no-plugins")
    result = ganforge(*words)
    assert "which is left out by `--no-plugins`" in result.stderr
    assert result.exit_code == 2
    assert ganforge("blocks", "first").exit_code == 0


def test_a_distribution_that_is_listed_and_not_there_is_told(
    ganforge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANFORGE_PLUGINS", "ganfroge-extras")
    result = ganforge("check", "gan")
    assert "warning[GF814]: `GANFORGE_PLUGINS` names `ganfroge-extras`" in result.output
    assert result.exit_code == 0
    assert ganforge("plugins", "doctor").exit_code == 1


@pytest.mark.parametrize(
    "source",
    [
        "import not_there",
        "GANFORGE_INTERFACE = 2",
        BLOCK.replace("register_blocks", "register_block"),
        BLOCK.replace("{name}", "conv"),  # a clash with the built-in one
    ],
)
def test_every_problem_is_an_error_where_plugins_are_taken_strictly(
    install: Install, ganforge: Command, source: str
) -> None:
    install("alpha", source)
    assert ganforge("check", "gan").exit_code == 0
    result = ganforge("--strict-plugins", "check", "cgan")
    assert "error[GF8" in result.output
    assert result.exit_code == 1
    for command in (("show", "gan"), ("blocks",), ("rules",), ("emit", "gan")):
        result = ganforge(*command, "--strict-plugins")
        assert result.exit_code == 1, command
        assert "GF8" in result.stderr


@pytest.mark.parametrize(
    ("hook", "given", "help"),
    [
        ("specs", 'SpecFile("dcgan", __file__)', "call it `alpha/dcgan`"),
        ("commands", 'Command("train", "Trains.", "a:b")', "call it `ganforge alpha/train`"),
    ],
)
def test_a_spec_or_command_named_as_a_built_in_one_is_an_error_too(
    install: Install, ganforge: Command, hook: str, given: str, help: str
) -> None:
    declared, name = given.partition("(")[0], given.split('"')[1]
    source = f"from ganforge.plugins import {declared}, hookimpl\n"
    install("alpha", f"{source}@hookimpl\ndef ganforge_register_{hook}(): return [{given}]\n")
    assert ganforge("check", "gan").output == "No problems found.\n"
    told = ganforge("check", "gan", "--strict-plugins")
    assert told.exit_code == 1
    assert f"`{name}` of alpha 2.1 has the name of a built-in one" in told.output
    assert f"= help: {help}" in told.output


@pytest.mark.usefixtures("two")
def test_sound_plugins_are_no_problem_where_they_are_taken_strictly(ganforge: Command) -> None:
    assert ganforge("--strict-plugins", "check", "gan").output == "No problems found.\n"


def test_the_selection_ends_with_the_command(install: Install, ganforge: Command) -> None:
    install("alpha", BLOCK.replace("{name}", "first"))
    ganforge("check", "gan", "--no-plugins")
    assert "first" in load_registry().blocks


def test_processes_that_share_a_check_select_alike(install: Install, site: Path) -> None:
    install("alpha", BLOCK.replace("{name}", "first"))
    layers = 'layers = [{ block = "first" }, { block = "linear", out = 1 }]'
    text = f'ganforge = 1\nextends = "gan"\n[networks.D]\n{layers}\n'
    specs = [Spec(f"{k}.toml", text) for k in range(3)]
    with chosen(no_plugins=True):
        reports, _ = reports_of(specs, jobs=2)
    assert [str(report).count("left out by `--no-plugins`") for report in reports.values()] == 3 * [
        1
    ]
    assert all(report.ok for report in reports_of(specs, jobs=2)[0].values())
