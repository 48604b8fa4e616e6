"""Runs commands in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ganforge.cli.group import cli

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty; images are cached in it, and torch computes with one thread."""
    import torch

    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    return tmp_path


@pytest.fixture
def ganforge() -> Command:
    """`ganforge("check", "dcgan")` as on the command line; unexpected exceptions are raised."""

    def run(*arguments: str, input: str | None = None) -> Result:
        result = CliRunner().invoke(cli, arguments, input=input)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


TINY = ("--set", "size=16", "--set", "width=8", "--batch", "4")


@pytest.fixture
def train(ganforge: Command) -> Command:
    """`train("--rounds", "2", "--out", "a")`: DCGAN at a size that takes a moment."""

    def run(*arguments: str) -> Result:
        return ganforge("train", "dcgan", *TINY, *arguments)

    return run


@pytest.fixture
def weights() -> Callable[[str], bytes]:
    """`weights("a")`: the bytes of the tensors in a run's last checkpoint."""

    def read(run: str) -> bytes:
        checkpoints = sorted(Path(run).glob("checkpoints/round-*"))
        return (checkpoints[-1] / "tensors.safetensors").read_bytes()

    return read
