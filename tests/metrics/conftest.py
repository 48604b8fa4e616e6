"""An extractor and runs, as small as they can be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

import ganforge as package
from ganforge.cli.group import cli

Command = Callable[..., Result]

torch.set_num_threads(1)

CONDITIONAL = """
ganforge = 1
[gan]
name = "conditional"
[data]
source = "shapes"
count = 64
[data.fields]
x = { kind = "image", channels = 1, size = 16 }
label = { kind = "class", classes = 10 }
[latents]
z = { distribution = "normal", size = 4 }
[conditioning]
y = { field = "label", draw = "uniform" }
[networks.G]
inputs = ["z", "y"]
layers = [
  { block = "linear", out = 256, act = "tanh", from = "concat(z, one_hot(y))" },
  { block = "reshape", shape = [1, 16, 16] },
]
[networks.D]
inputs = ["x", "y"]
layers = [{ block = "flatten" }, { block = "linear", out = 1, from = "concat(prev, one_hot(y))" }]
[flow]
fake = "G(z, y)"
[losses.adversarial]
kind = "adversarial"
objective = "non-saturating"
real = "D(x, label)"
fake = "D(fake, y)"
[train]
batch = 4
rounds = 1
optimizer = { kind = "adam", lr = 1e-3 }
[sample]
images = ["fake"]
rows = "y"
"""

TRANSLATION = """
ganforge = 1
[gan]
name = "translation"
[data]
source = "shapes"
count = 24
[data.fields]
b = { kind = "image", channels = 1, size = 16 }
a = { kind = "image", channels = 1, size = 16 }
[networks.G]
inputs = ["a"]
layers = [{ block = "conv", out = 1, kernel = 3, act = "tanh" }]
[networks.D]
inputs = ["a", "b"]
layers = [{ block = "conv", out = 1, kernel = 3, from = "concat(a, b)" }]
[flow]
fake = "G(a)"
[losses.adversarial]
kind = "adversarial"
objective = "least-squares"
real = "D(a, b)"
fake = "D(a, fake)"
[train]
batch = 4
rounds = 1
optimizer = { kind = "adam", lr = 1e-3 }
[sample]
images = ["a", "fake", "b"]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ganforge() -> Command:
    """`ganforge("eval", "run")` as on the command line; unexpected exceptions are raised."""

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(cli, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the extractor `classifier-shapes` and the runs `conditional`, `translation`."""
    folder = tmp_path_factory.mktemp("made")
    small = ("--size", "16", "--channels", "1", "--count", "500", "--epochs", "6")
    command = ("train-features", "shapes", *small, "--out", str(folder / "features"))
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, result.output
    for name, spec in (("conditional", CONDITIONAL), ("translation", TRANSLATION)):
        package.train(spec, out=folder / name)
    return folder


@pytest.fixture
def features(made: Path) -> str:
    return str(made / "features")
