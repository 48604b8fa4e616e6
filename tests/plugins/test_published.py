"""The plugins beside ganforge, as their authors publish them: built, unpacked elsewhere, and tested
by their own tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(file.parent for file in ROOT.glob("plugins/*/pyproject.toml"))


def unpacked(plugin: Path, site: Path) -> set[str]:
    """What the wheel of a plugin holds, laid on a path as pip would."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(site.parent)]
    subprocess.run(build, cwd=plugin, check=True, capture_output=True)
    (wheel,) = site.parent.glob(f"{plugin.name.replace('-', '_')}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
        return set(archive.namelist())


def test_both_plugins_are_there() -> None:
    assert [plugin.name for plugin in PLUGINS] == ["ganforge-kornia", "ganforge-ylg"]


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_passes_its_own_tests_away_from_its_source(plugin: Path, tmp_path: Path) -> None:
    if plugin.name == "ganforge-kornia":
        pytest.importorskip("kornia", reason="its plugin wraps kornia")
    held = unpacked(plugin, tmp_path / "site")
    assert any(name.endswith("entry_points.txt") for name in held)
    assert any(name.endswith("LICENSE") for name in held)
    for folder in ("tests", "examples"):
        shutil.copytree(plugin / folder, tmp_path / "author" / folder)
    path = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=."]
    done = subprocess.run(
        [*command, "-c", os.devnull, "--import-mode=importlib", "tests"],
        cwd=tmp_path / "author",
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
