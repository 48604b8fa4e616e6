"""What the wheel and the source distribution hold. `make wheel-test` installs and uses them."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def built(target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel."""
    with zipfile.ZipFile(built("wheel", tmp_path_factory.mktemp("wheel"))) as archive:
        return set(archive.namelist())


def files(folder: str) -> set[str]:
    found = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
    return {str(path) for path in found if "__pycache__" not in path.parts}


def test_every_spec_and_template_is_in_the_wheel(held: set[str]) -> None:
    wanted = files("specs") | files("templates")
    assert wanted and {f"ganforge/{name}" for name in wanted} <= held


def test_every_module_is_in_the_wheel(held: set[str]) -> None:
    built_in = {name.removeprefix("plugins/") for name in files("plugins/ganforge_blocks")}
    assert {name for name in files("ganforge") | built_in if name.endswith(".py")} <= held


def test_the_wheel_holds_nothing_else(held: set[str]) -> None:
    tops = {name.split("/")[0] for name in held if ".dist-info/" not in name}
    assert tops == {"ganforge", "ganforge_blocks"}


def test_the_source_distribution_holds_what_building_and_testing_need(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {"pyproject.toml", "LICENSE", "README.md", "constraints.txt", "specs/dcgan.toml"}
    assert needed <= names
    assert {"templates/program.py.j2", "plugins/ganforge-ylg/pyproject.toml"} <= names
    assert "tests/tiny.toml" in names
