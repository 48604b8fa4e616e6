"""The emitted script carries all stages, and trains them as `train` does."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file

from ganforge.cli.group import cli

SPEC = Path(__file__).parents[1] / "cases" / "two-stages.toml"
GROWING = SPEC.with_name("growing.toml")
ALONE = (
    "import runpy, sys; sys.modules.update(ganforge=None, ganforge_blocks=None); "
    "sys.argv[:] = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


def ganforge(*arguments: str) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scripts") / "stages.py"
    ganforge("emit", str(SPEC), "-o", str(path))
    return path


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ALONE, str(script), "--device", "cpu", *arguments]
    env = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def weights(run: Path) -> dict[str, torch.Tensor]:
    last = sorted(run.glob("checkpoints/round-*"))[-1]
    return load_file(last / "tensors.safetensors")


def assert_same(one: Path, other: Path) -> None:
    left, right = weights(one), weights(other)
    assert left.keys() == right.keys()
    assert all(left[name].equal(right[name]) for name in left)


def test_all_stages_of_the_script_are_bit_for_bit_those_of_train(
    script: Path, tmp_path: Path
) -> None:
    ganforge("train", str(SPEC), "--out", str(tmp_path / "a"))
    done = run(script, "--out", str(tmp_path / "b"))
    assert done.returncode == 0, done.stderr
    assert "stage high  progress 1" in done.stdout
    assert_same(tmp_path / "a", tmp_path / "b")
    again = run(script, "--out", str(tmp_path / "b"), "--resume")
    assert (again.returncode, again.stdout) == (0, "nothing to do: the run has come to its end\n")


def test_the_script_says_that_all_stages_are_trained_by_default(script: Path) -> None:
    assert "--stage STAGE         default: all" in run(script, "--help").stdout


def test_the_script_trains_a_stage_alone(script: Path, tmp_path: Path) -> None:
    ganforge("train", str(SPEC), "--out", str(tmp_path / "a"), "--stage", "low")
    assert run(script, "--out", str(tmp_path / "b"), "--stage", "low").returncode == 0
    assert_same(tmp_path / "a" / "stages" / "low", tmp_path / "b" / "stages" / "low")
    refused = run(script, "--out", str(tmp_path / "c"), "--stage", "high")
    assert refused.returncode == 2
    assert "error: The stage 'high' needs G1" in refused.stderr


def test_every_network_stands_once_in_the_script(script: Path) -> None:
    classes = [n.name for n in ast.parse(script.read_text()).body if isinstance(n, ast.ClassDef)]
    assert [name for name in classes if name in ("G1", "G2", "D1", "D2")] == [
        "G1",
        "G2",
        "D1",
        "D2",
    ]


PERTURBED = f"""
ganforge = 1
extends = "{GROWING}"
[flow]
near = "interpolate(sized, perturb(sized))"
[losses.penalty]
score = "D(near)"
wrt = "near"
[losses.same]
kind = "consistency"
first = "D(sized)"
second = "D(perturb(sized, strength=2))"
"""


def test_noise_in_the_shape_of_an_image_is_drawn_in_that_of_its_level(tmp_path: Path) -> None:
    spec, script = tmp_path / "perturbed.toml", tmp_path / "perturbed.py"
    spec.write_text(PERTURBED)
    ganforge("emit", str(spec), "-o", str(script))
    assert flat(script.read_text()).count("rand(count, 3, state.stage.res, state.stage.res,") == 1
    ganforge("train", str(spec), "--out", str(tmp_path / "a"))
    done = run(script, "--out", str(tmp_path / "b"))
    assert done.returncode == 0, done.stderr
    assert_same(tmp_path / "a", tmp_path / "b")


def flat(text: str) -> str:
    return " ".join(text.split()).replace("( ", "(")


def test_growth_is_written_as_conditions_and_trains_bit_for_bit(tmp_path: Path) -> None:
    script = tmp_path / "growing.py"
    ganforge("emit", str(GROWING), "-o", str(script))
    text = script.read_text()
    assert "if level >= 1:" in text and "rgb[level - 1]" in text
    functions = [n.name for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]
    assert [name for name in functions if name.endswith("_step")] == [
        "critic_step",
        "generator_step",
    ]
    ganforge("train", str(GROWING), "--out", str(tmp_path / "a"))
    assert run(script, "--out", str(tmp_path / "b")).returncode == 0
    assert_same(tmp_path / "a", tmp_path / "b")
