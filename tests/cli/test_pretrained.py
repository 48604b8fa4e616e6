"""Runs whose losses compare features that others have trained, or that nobody has."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import Result
from safetensors.torch import save_file

Command = Callable[..., Result]
SPEC = """
ganforge = 1
extends = "srgan"
[gan]
name = "first-layer"
[params]
crop = 24
width = 4
blocks = 1
vgg = { type = "word", default = "FILE" }
[networks.features]
layers = [{ block = "vgg-features", layer = "relu1_1", file = "{vgg}" }]
[stages.pretrain]
rounds = 2
[stages.adversarial]
rounds = 2
[train]
batch = 2
"""


@pytest.fixture
def train(ganforge: Command) -> Command:
    """`train("vgg.safetensors", "a")`: a run whose features are of that file."""

    def run(file: str, out: str, *arguments: str) -> Result:
        Path("spec.toml").write_text(SPEC.replace("FILE", file))
        return ganforge("train", "spec.toml", "--out", out, "--log-every", "1", *arguments)

    return run


def about(run: str) -> dict[str, object]:
    return json.loads((Path(run) / "run.json").read_text())["pretrained"]


def save(file: str) -> None:
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 64, 3)
    save_file({f"features.0.{k}": v for k, v in layer.state_dict().items()}, file)


def run_script(ganforge: Command) -> None:
    """Train what `emit` writes of the spec, in the folder b."""
    ganforge("emit", "spec.toml", "-o", "script.py")
    command = [sys.executable, "-P", "script.py", "--out", "b", "--device", "cpu"]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr


def test_a_run_says_that_its_features_are_random(train: Command) -> None:
    done = train("", "a")
    assert done.exit_code == 0
    assert "warning: features are compared by a VGG with random weights" in done.stderr
    assert about("a") == {"features": "random"}


def test_a_run_says_which_file_its_features_are_of(train: Command) -> None:
    save("vgg.safetensors")
    assert "warning" not in train("vgg.safetensors", "a").stderr
    told = hashlib.sha256(Path("vgg.safetensors").read_bytes()).hexdigest()
    assert about("a") == {"features": {"file": "vgg.safetensors", "sha256": told}}


def test_the_file_matters_to_the_second_stage_alone(
    train: Command, weights: Callable[[str], bytes]
) -> None:
    save("vgg.safetensors")
    contents = []
    for file, run in (("", "a"), ("vgg.safetensors", "b")):
        train(file, run)
        lines = map(json.loads, (Path(run) / "metrics.jsonl").read_text().splitlines())
        contents.append([(line.get("pixel"), line.get("content")) for line in lines])
    assert contents[0][:2] == contents[1][:2]
    assert all(one != other for one, other in zip(*contents, strict=True) if one[1])
    assert weights("a") != weights("b")


def test_a_file_that_does_not_serve_stops_a_run_before_its_first_round(train: Command) -> None:
    done = train("nowhere.safetensors", "a")
    assert done.exit_code == 2
    assert "error: there is no file of weights nowhere.safetensors: check its path." in done.stderr
    assert not Path("a", "metrics.jsonl").exists()


def test_sampling_needs_no_file(train: Command, ganforge: Command) -> None:
    save("vgg.safetensors")
    train("vgg.safetensors", "a")
    Path("vgg.safetensors").unlink()
    assert ganforge("sample", "a").exit_code == 0


def test_the_script_reads_the_same_file(
    train: Command, ganforge: Command, weights: Callable[[str], bytes]
) -> None:
    save("vgg.safetensors")
    train("vgg.safetensors", "a")
    run_script(ganforge)
    assert weights("a") == weights("b")


def test_a_content_loss_may_be_by_what_was_trained_here_in_the_script_too(
    train: Command, ganforge: Command, weights: Callable[[str], bytes]
) -> None:
    ganforge("train-features", "shapes", "--size", "8", "--count", "20", "--epochs", "1")
    layer = 'block = "classifier-features", layer = "relu2", size = 8, folder = "{vgg}"'
    spec = SPEC.replace('block = "vgg-features", layer = "relu1_1", file = "{vgg}"', layer)
    assert spec != SPEC
    folder = "features/classifier-shapes"
    Path("spec.toml").write_text(spec.replace("FILE", folder))
    done = ganforge("train", "spec.toml", "--out", "a", "--log-every", "1")
    assert done.exit_code == 0 and "warning" not in done.stderr
    file = f"{folder}/features.safetensors"
    told = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert about("a") == {"features": {"file": file, "sha256": told}}
    run_script(ganforge)
    assert weights("a") == weights("b")
