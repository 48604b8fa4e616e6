"""Runs `ganforge check` in a folder of the test's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ganforge.cli.group import cli

Check = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def check() -> Check:
    """`check("a.toml", "--fix")` as on the command line; unexpected exceptions are raised."""

    def run(*arguments: str | os.PathLike[str], input: str | None = None) -> Result:
        result = CliRunner().invoke(cli, ["check", *map(str, arguments)], input=input)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def write() -> Callable[..., Path]:
    """`write("a.toml", "[train]", "batch = 3")`: a spec that extends `dcgan`, with these lines."""

    def spec(name: str, *lines: str) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["ganforge = 1", 'extends = "dcgan"', *lines, ""]))
        return path

    return spec
