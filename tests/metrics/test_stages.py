"""Of a spec with stages the last one is measured."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from click.testing import Result

import ganforge as package
from ganforge.codegen.program import build_program
from ganforge.metrics.measured import measured
from ganforge.pipeline import compile_spec
from ganforge.plugins.shapes import Tensor
from ganforge.runs.loading import load_run
from ganforge.runs.programs import import_program
from ganforge.runtime.staged import StagedState, growth_progress

Command = Callable[..., Result]

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize(("spec", "size"), [("two-stages", (1, 8, 8)), ("growing", (3, 16, 16))])
def test_the_last_stage_is_measured(spec: str, size: tuple[int, ...]) -> None:
    compilation = compile_spec(CASES / f"{spec}.toml")
    assert compilation.plan is not None
    of = measured(compilation.plan, whole=True)
    assert (of.real, of.inputs, of.low, of.high) == ("x", (), -1.0, 1.0)
    module = import_program(build_program(of.plan, compilation.registry).text)
    state = module.build(0, torch.device("cpu"))
    state.begin(len(state.stages) - 1)
    assert module.sample(state, 2, 0).shape == (2, *size)


def test_samples_are_compared_where_training_mixes_their_styles() -> None:
    compilation = compile_spec("stylegan", ["size=16", "nf=[8, 4, 4]", "dim=8", "mapping=1"])
    assert compilation.plan is not None
    assert measured(compilation.plan, whole=True).real == "x"


@pytest.mark.parametrize(("spec", "size"), [("lapgan", [3, 32, 32]), ("msg-gan", [3, 64, 64])])
def test_samples_are_compared_that_training_makes_otherwise(spec: str, size: list[int]) -> None:
    """From real coarse images in place of generated ones; as one of several sizes."""
    compilation = compile_spec(spec, ["size=64"] if spec == "msg-gan" else [])
    assert compilation.plan is not None
    of = measured(compilation.plan, whole=True)
    graph = (of.plan.stages or (of.plan,))[-1].graph
    shape = graph.nodes[graph.samples[0]].shape
    assert of.real == "x" and isinstance(shape, Tensor) and list(shape.shape) == size


def test_stages_that_were_trained_one_by_one_are_measured(ganforge: Command, features: str) -> None:
    spec = str(CASES / "two-stages.toml")
    for stage in ("low", "high"):
        assert ganforge("train", spec, "--out", "a", "--stage", stage).exit_code == 0
    done = ganforge("eval", "a", "--features", features, "--count", "20")
    assert done.exit_code == 0, done.output
    assert "a, round 6; training images" in done.output


LABELLED = f"""
ganforge = 1
extends = "{CASES / "growing.toml"}"
[data]
count = 40
holdout = 20
[data.fields]
y = {{ kind = "class", classes = 10 }}
[networks.C]
inputs = ["x"]
layers = [
  {{ for = "i", in = "range(top, -1, -1)", layers = [
    {{ block = "conv", out = 4, kernel = 1, act = "leaky-relu", when = "i == level" }},
    {{ block = "conv", out = 4, stride = 2, when = "0 < i and i <= level" }},
  ] }},
  {{ block = "linear", out = 10 }},
]
[losses.class]
kind = "auxiliary-class"
logits = "C(real)"
target = "y"
"""
ROUNDS = {3: "grow-1", 100: "finish"}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_networks_that_grow_are_measured_at_the_level_they_are_at(
    ganforge: Command, rounds: int
) -> None:
    package.train(LABELLED, out="run", rounds=rounds)
    done = ganforge("eval", "run", "--classify", "C(real)", "--neighbours", "D(real)", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["results"]
    loaded = load_run(Path("run"), "cpu")
    state = loaded.state
    assert isinstance(state, StagedState) and state.stage.name == ROUNDS[rounds]
    unseen = loaded.module.open_data("shapes").held_out
    batch = unseen.read(list(range(20)))
    t = growth_progress(state, "generator")
    sized = F.interpolate(batch["x"] / 127.5 - 1, (state.stage.res,) * 2, mode="area")
    small = F.interpolate(F.avg_pool2d(sized, 2), scale_factor=2)
    with torch.no_grad():
        logits = state.averages["C"](small + t.fade * (sized - small), t.level)
    right = (logits.argmax(1) == batch["y"]).double().mean().item()
    assert found["class-accuracy[C(real)]"]["value"] == right
    assert found["1-nn-accuracy[D(real)]"]["recognised"] == 20
