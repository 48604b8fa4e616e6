"""`ganforge plugins new` and `test`: a package that works as it is written."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]
NAME = "ganforge-mine"


def unpacked(project: Path, site: Path) -> None:
    """The wheel of a project, laid on a path as pip would."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(site.parent)]
    subprocess.run(build, cwd=project, check=True, capture_output=True)
    (wheel,) = site.parent.glob("ganforge_mine-0.1.0-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)


def in_process(project: Path, site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_plugin_passes_its_own_tests_and_the_doctor(
    ganforge: Command, tmp_path: Path
) -> None:
    told = ganforge("plugins", "new", NAME, "--out", str(tmp_path))
    assert told.exit_code == 0, told.output
    project, site = tmp_path / NAME, tmp_path / "installed"
    unpacked(project, site)
    done = in_process(project, site, "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout[-4000:]
    doctor = in_process(project, site, "ganforge", "plugins", "doctor")
    assert "ganforge-mine 0.1.0: ok\n  mine = ganforge_mine.plugin (interface 1)" in doctor.stdout
    checked = in_process(project, site, "ganforge", "--strict-plugins", "check", "examples")
    assert checked.stdout == "No problems found.\n"
    tested = in_process(
        project, site, "ganforge", "plugins", "test", "Ganforge.Mine", "-k", "loads"
    )
    assert tested.returncode == 0, tested.stdout
    assert "1 passed" in tested.stdout


def test_a_new_plugin_is_clean_code(ganforge: Command, tmp_path: Path) -> None:
    ganforge("plugins", "new", NAME, "--out", str(tmp_path))
    project = tmp_path / NAME
    for command in (("check", "--select", "E,F,I,B,UP,SIM"), ("format", "--check")):
        line = [
            sys.executable,
            "-m",
            "ruff",
            *command,
            "--isolated",
            "--no-cache",
            "--line-length",
            "100",
            ".",
        ]
        done = subprocess.run(line, cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    written = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    assert written["license"] == "MIT"
    assert "Permission is hereby granted" in (project / "LICENSE").read_text()
    assert not [file for file in project.rglob("*") if file.is_file() and "{{" in file.read_text()]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Mine", "is no name for a plugin"),
        ("../mine", "is no name for a plugin"),
        ("a--b", "is no name for a plugin"),
        ("'; import os", "is no name for a plugin"),
        ("torch", "a package `torch` is installed already"),
        ("json", "a package `json` is installed already"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(
    ganforge: Command, tmp_path: Path, name: str, said: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    result = ganforge("plugins", "new", name)
    assert result.exit_code == 2
    assert said in result.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_is_overwritten(ganforge: Command, tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    result = ganforge("plugins", "new", NAME)
    assert result.exit_code == 2
    assert "exists: choose another name" in result.stderr
    assert list((tmp_path / NAME).iterdir()) == []


def test_what_is_not_installed_is_not_tested(ganforge: Command) -> None:
    result = ganforge("plugins", "test", "ganforge-nothing")
    assert result.exit_code == 2
    assert "no installed distribution `ganforge-nothing` has plugins" in result.stderr
