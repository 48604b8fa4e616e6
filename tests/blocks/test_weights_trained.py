"""Parametrised weights in a program: trained, resumed, averaged, sampled and emitted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from ganforge.cli import main
from ganforge.pipeline import compile_spec

SPEC = """
ganforge = 1
[data]
source = "shapes"
[data.fields]
x = { kind = "image", channels = 1, size = 4 }
[latents]
z = { distribution = "normal", size = 3 }
[blocks.twice]
defaults = { conv = { kernel = 1 } }
layers = [{ block = "conv", out = 4 }, { block = "conv", out = 4, init = "orthogonal" }]
[networks.G]
inputs = ["z"]
weights = "equalized"
layers = [
  { block = "linear", out = 16, weights = { kind = "equalized", lr = 0.01 } },
  { block = "reshape", shape = [1, 4, 4] },
  { block = "twice" },
  { block = "conv", out = 1, act = "tanh", norm = "batch" },
]
[networks.D]
init = "xavier-uniform"
weights = "spectral"
layers = [{ block = "twice" }, { block = "linear", out = 1 }]
[flow]
fake = "G(z)"
[losses.adversarial]
kind = "adversarial"
objective = "hinge"
real = "D(x)"
fake = "D(fake)"
[train]
batch = 4
rounds = 3
ema = { decay = 0.5 }
optimizer = { kind = "adam", lr = 2e-4 }
[sample]
images = ["fake"]
"""


def ganforge(*arguments: str) -> None:
    sys.argv = ["ganforge", *arguments]
    with pytest.raises(SystemExit) as stopped:
        main()
    assert not stopped.value.code


def tensors(run: Path) -> dict[str, torch.Tensor]:
    return load_file(sorted((run / "checkpoints").iterdir())[-1] / "tensors.safetensors")


def assert_same(one: Path, other: Path) -> None:
    left, right = tensors(one), tensors(other)
    assert left.keys() == right.keys()
    assert all(left[name].equal(right[name]) for name in left)


@pytest.fixture
def spec(tmp_path: Path) -> str:
    (tmp_path / "tiny.toml").write_text(SPEC)
    return str(tmp_path / "tiny.toml")


def test_a_resumed_run_and_the_script_equal_one_run(spec: str, tmp_path: Path) -> None:
    runs = [tmp_path / name for name in "abc"]
    ganforge("train", spec, "--out", str(runs[0]), "--rounds", "3")
    ganforge("train", spec, "--out", str(runs[1]), "--rounds", "1")
    ganforge("train", spec, "--out", str(runs[1]), "--rounds", "3", "--resume")
    ganforge("emit", spec, "-o", str(tmp_path / "script.py"))
    command = [sys.executable, str(tmp_path / "script.py"), "--out", str(runs[2])]
    env = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    subprocess.run([*command, "--rounds", "3", "--device", "cpu"], check=True, env=env)
    assert any(name.endswith("parametrizations.weight.original") for name in tensors(runs[0]))
    assert_same(runs[0], runs[1])
    assert_same(runs[0], runs[2])


def test_what_a_network_shares_is_said_once_at_its_end() -> None:
    text = compile_spec(SPEC).program().text
    critic = text.split("class D(")[1].split("def forward")[0]
    assert critic.rstrip().endswith("spectral(self)")
    assert critic.count("init_xavier_uniform(") == 1
    assert text.count("init_orthogonal(") == 1


def test_layers_go_before_the_network() -> None:
    text = compile_spec(SPEC).program().text
    generator = text.split("class G(")[1].split("def forward")[0]
    assert "equalized(nn.Linear(3, 16), lr=0.01)" in generator
    assert "equalized(self)" not in generator
    plain = SPEC.replace('act = "tanh",', 'act = "tanh", weights = "plain",')
    assert "equalized(nn.Conv2d(4, 1" in text
    assert "equalized(nn.Conv2d(4, 1" not in compile_spec(plain).program().text


@pytest.mark.parametrize(
    "weights", ['{ kind = "equalized", lr = 0 }', '{ kind = "plain", lr = 1 }']
)
def test_parameters_are_checked(weights: str) -> None:
    text = SPEC.replace('weights = "spectral"', f"weights = {weights}")
    (found,) = compile_spec(text).report.diagnostics
    assert found.code == ("GF115" if "equalized" in weights else "GF102")
