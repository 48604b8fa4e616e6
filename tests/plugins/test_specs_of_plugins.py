"""Specs that plugins give: found by their names, extended, and explained where they are missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import ganforge as api
from ganforge import SpecNotFound

Install = Callable[..., Path]
Command = Callable[..., Result]
PLUGIN = """
from pathlib import Path
from ganforge.plugins import SpecFile, hookimpl

@hookimpl
def ganforge_register_specs():
    return [SpecFile("NAME", Path(__file__).with_name("NAME.toml"))]
"""
SPEC = """ganforge = 1
extends = "dcgan"

[gan]
name = "wide"
title = "A wide DCGAN"

[params]
width = 96
"""
OWN = """ganforge = 1
extends = "BASE"

[params]
size = 32
"""


@pytest.fixture
def wide(install: Install, site: Path) -> None:
    install("alpha-one", PLUGIN.replace("NAME", "wide"))
    (site / "wide.toml").write_text(SPEC)


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("name", ["wide", "alpha-one/wide", "Alpha_One/wide"])
def test_it_is_found_by_its_name_and_extended_by_it(ganforge: Command, name: str) -> None:
    assert ganforge("check", name).output == "No problems found.\n"
    Path("own.toml").write_text(OWN.replace("BASE", name))
    assert "# Params: size=32, width=96" in ganforge("show", "own.toml", "--code").output
    assert "width=96" in api.emit(name)


@pytest.mark.usefixtures("wide")
def test_it_is_listed_with_its_plugin(ganforge: Command) -> None:
    assert ganforge("list").output.endswith("\nalpha-one 2.1:\nwide  A wide DCGAN\n")
    assert "  gives the spec `wide`\n" in ganforge("plugins", "doctor").output
    assert "specs:\n  wide  A wide DCGAN\n" in ganforge("plugins", "show", "alpha-one").output


@pytest.mark.usefixtures("wide")
def test_a_spec_of_ones_own_starts_from_it(ganforge: Command) -> None:
    assert ganforge("new", "mine", "--from", "wide").exit_code == 0
    assert ganforge("check", "mine.toml").output == "No problems found.\n"
    assert "choose another name" in ganforge("new", "wide", "--from", "dcgan").stderr


@pytest.mark.usefixtures("wide")
def test_a_near_name_is_offered(ganforge: Command) -> None:
    assert "did you mean `wide`?" in ganforge("check", "wid").stderr
    Path("own.toml").write_text(OWN.replace("BASE", "wid"))
    assert "did you mean the spec `wide`?" in ganforge("check", "own.toml").output


@pytest.mark.usefixtures("wide")
def test_without_its_plugin_it_is_said_who_provides_it(ganforge: Command) -> None:
    said = "the spec `wide` is provided by alpha-one 2.1, which is left out by `--no-plugins`"
    assert said in ganforge("check", "wide", "--no-plugins").stderr
    Path("own.toml").write_text(OWN.replace("BASE", "wide"))
    told = ganforge("check", "own.toml", "--no-plugins").output
    assert f"error[GF121]: {said}" in told and "own.toml:2:11" in told


def test_a_shipped_spec_is_never_replaced(install: Install, site: Path, ganforge: Command) -> None:
    install("alpha-one", PLUGIN.replace("NAME", "dcgan"))
    (site / "dcgan.toml").write_text(SPEC)
    assert "width=64" in ganforge("show", "dcgan", "--code").output
    assert "width=96" in ganforge("show", "alpha-one/dcgan", "--code").output
    doctor = ganforge("plugins", "doctor")
    assert doctor.exit_code == 1
    told = "the spec `dcgan` of alpha-one 2.1 has the name of a built-in one, which is not replaced"
    assert told in doctor.output
    assert "= help: call it `alpha-one/dcgan`" in doctor.output
    assert "alpha-one/dcgan  A wide DCGAN" in ganforge("list").output


@pytest.mark.usefixtures("wide")
def test_a_name_that_two_give_names_both(install: Install, site: Path) -> None:
    install("beta", PLUGIN.replace("NAME", "wide"))
    with pytest.raises(SpecNotFound, match=r"given by alpha-one 2\.1 and beta"):
        api.check("wide")
    assert api.check("beta/wide").ok


def test_a_file_that_is_not_there_is_a_problem_of_the_plugin(
    install: Install, ganforge: Command
) -> None:
    install("alpha-one", PLUGIN.replace("NAME", "wide"))
    told = ganforge("plugins", "doctor").output
    assert "the spec `wide` has no file" in told and "would give the spec `wide`" in told
    assert "which failed in `ganforge_register_specs`" in ganforge("check", "wide").stderr
    assert ganforge("check", "gan").exit_code == 0
