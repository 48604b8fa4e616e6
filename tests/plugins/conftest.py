"""Distributions with plugins, as pip would leave them on the path, and commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner, Result

from ganforge.cli.group import cli

Install = Callable[..., Path]
Command = Callable[..., Result]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path; what is imported from it is forgotten afterwards."""
    before = set(sys.modules)
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(str(folder)):
            del sys.modules[name]


@pytest.fixture
def install(site: Path) -> Install:
    """`install("alpha", source)`: the distribution alpha 2.1 with one module, `alpha_module`."""

    def install(distribution: str, source: str, entry: str = "plugin") -> Path:
        module = distribution.replace("-", "_") + "_module"
        file = site / f"{module}.py"
        file.write_text(dedent(source).replace("{module}", module))
        info = site / f"{distribution.replace('-', '_')}-2.1.dist-info"
        info.mkdir()
        about = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 2.1\n"
        (info / "METADATA").write_text(about)
        (info / "entry_points.txt").write_text(f"[ganforge]\n{entry} = {module}\n")
        return file

    return install


@pytest.fixture
def ganforge(site: Path) -> Command:
    """`ganforge("check", "dcgan")` as on the command line; unexpected exceptions are raised."""

    def run(*arguments: str, **more: str) -> Result:
        result = CliRunner().invoke(cli, arguments, **more)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
