"""What losses remember: pools of the critic, and modules of losses that a plugin declares."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from ganforge.codegen.inline import standalone
from ganforge.pipeline import compile_spec
from ganforge.plugins import Loss, Ref, Term, call
from ganforge.plugins.registry import Catalog, Registry, load_registry
from ganforge.runs.programs import import_program
from ganforge_blocks.checks import NoParams

CYCLE = """
ganforge = 1
[data]
source = "shapes"
[data.fields]
a = { kind = "image", channels = 3, size = 16 }
b = { kind = "image", channels = 3, size = 16 }
[networks.G_ab]
layers = [{ block = "conv", out = 3, act = "tanh" }]
[networks.G_ba]
like = "G_ab"
[networks.D_a]
layers = [{ block = "conv", out = 1, kernel = 4, stride = 2 }]
[networks.D_b]
like = "D_a"
[flow]
fake_b = "G_ab(a)"
fake_a = "G_ba(b)"
[losses.adversarial_b]
kind = "adversarial"
objective = "least-squares"
real = "D_b(b)"
fake = "D_b(fake_b)"
pool = 50
[losses.adversarial_a]
kind = "adversarial"
objective = "least-squares"
real = "D_a(a)"
fake = "D_a(fake_a)"
pool = 50
[losses.cycle]
kind = "cycle-consistency"
original = "a"
reconstruction = "G_ba(fake_b)"
[train]
batch = 2
rounds = 8
optimizer = { kind = "adam", lr = 2e-3 }
"""
CONDITIONAL = """
ganforge = 1
[data]
source = "shapes"
[data.fields]
x = { kind = "image", channels = 1, size = 8 }
label = { kind = "class", classes = 4 }
[latents]
z = { distribution = "normal", size = 16 }
[conditioning]
y = { field = "label", draw = "uniform" }
[networks.G]
layers = [
  { block = "linear", out = 64, act = "tanh" },
  { block = "reshape", shape = [1, 8, 8] },
]
[networks.D]
inputs = ["x", "y"]
layers = [
  { block = "linear", out = 32, act = "leaky-relu" },
  { from = "concat(prev, one_hot(y))" },
  { block = "linear", out = 1 },
]
[flow]
fake = "G(concat(z, one_hot(y)))"
[losses.adversarial]
kind = "adversarial"
real = "D(x, label)"
fake = "D(fake, y)"
pool = 20
[train]
batch = 8
rounds = 10
optimizer = { kind = "adam", lr = 2e-4 }
"""
MEAN = '''
import torch
from torch import Tensor, nn


class Centre(nn.Module):
    """The squared distance of samples from their mean so far."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.register_buffer("mean", torch.zeros(()))

    def distance(self, of: Tensor) -> Tensor:
        self.mean.lerp_(of.detach().mean(), self.rate)
        return (of - self.mean).square().mean()
'''
CENTRE = Loss(
    "centre",
    "The squared distance of samples from their mean so far.",
    NoParams,
    ("of",),
    lambda p: (Term("all", call("self.distance", Ref("of"))),),
    module=lambda p: call("centre_module:Centre", 0.5),
    reports=("mean",),
)


def trained(module: ModuleType, folder: Path, rounds: int, **options: Any) -> bytes:
    """The tensors of the last checkpoint."""
    settings = {"out": folder, "data": "shapes", "device": "cpu", "log_every": 2, "rounds": rounds}
    list(module.train(module.Options(**settings, **options)))
    return (folder / f"checkpoints/round-{rounds:06d}/tensors.safetensors").read_bytes()


def rounds(text: str, overrides: list[str], count: int) -> dict[str, torch.Tensor]:
    """The weights after so many rounds."""
    module = import_program(compile_spec(text, overrides).program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    for _ in range(count):
        state.start_round()
        module.train_round(state, *module.draw(state, data))
        state.round += 1
    networks = state.networks.items()
    return {f"{n}.{k}": v for n, network in networks for k, v in network.state_dict().items()}


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize("reuse", ["true", "false"])
def test_a_pool_that_is_not_full_changes_nothing_and_a_full_one_the_critic(
    update: str, reuse: str
) -> None:
    ways = [f"train.update={update}", f"train.reuse={reuse}"]
    plain = CYCLE.replace("pool = 50\n", "")
    small = CYCLE.replace("pool = 50", "pool = 1")
    without, large, full = (rounds(text, ways, 4) for text in (plain, CYCLE, small))
    assert all(without[name].equal(large[name]) for name in without)
    assert not any(without[name].equal(full[name]) for name in without if name.startswith("D"))


def test_the_generator_is_judged_on_new_samples(tmp_path: Path) -> None:
    ways = ["train.update=simultaneous", "train.reuse=true"]
    text = compile_spec(CYCLE, ways).program().text
    assert "least_squares_generator(D_b(fake_b))" in text
    assert "least_squares_critic(D_b(b), D_b(adversarial_b_replayed))" in text


def test_a_critics_conditions_are_stored_with_the_samples() -> None:
    module = import_program(compile_spec(CONDITIONAL).program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    module.train_round(state, *(drawn := module.draw(state, data)))
    memory = dict(state.losses["adversarial"].named_buffers())
    classes = next(v for v in drawn[0][2:] if v.dtype == torch.int64)
    assert memory["stored_0"].shape == (20, 1, 8, 8)
    assert memory["stored_1"][:8].equal(classes)


@pytest.mark.parametrize("ways", [[], ["train.update=simultaneous", "train.reuse=true"]])
def test_a_pool_resumes_bit_for_bit_and_its_script_does_the_same(
    ways: list[str], tmp_path: Path
) -> None:
    program = compile_spec(CYCLE.replace("pool = 50", "pool = 3"), ways).program()
    module, script = import_program(program.text), import_program(standalone(program, "test"))
    whole = trained(module, tmp_path / "whole", 8)
    trained(module, tmp_path / "parts", 4)
    torch.rand(3)
    assert trained(module, tmp_path / "parts", 8, resume=True) == whole
    assert trained(script, tmp_path / "script", 8) == whole


def test_a_pool_runs_on_the_meta_device() -> None:
    module = import_program(compile_spec(CYCLE).program().text)
    state, data = module.build(0, torch.device("meta")), module.open_data("shapes")
    drawn = [
        tuple(value.to("meta") for value in part)
        for part in module.draw(module.build(0, torch.device("cpu")), data)
    ]
    losses = module.train_round(state, *drawn)
    assert {loss.device.type for loss in losses.values()} == {"meta"}


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The built-in parts, and a loss of another plugin that keeps a mean."""
    (tmp_path / "centre_module.py").write_text(MEAN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "centre_module", raising=False)
    registry = load_registry()
    losses = Catalog({**registry.losses.bare, "centre": CENTRE}, registry.losses.full)
    return replace(registry, losses=losses)


def test_a_plugins_loss_may_keep_what_it_remembers(registry: Registry, tmp_path: Path) -> None:
    text = CYCLE.replace("[train]", '[losses.near]\nkind = "centre"\nof = "fake_b"\n[train]')
    program = compile_spec(text, registry=registry).program()
    module, script = import_program(program.text), import_program(standalone(program, "test"))
    whole = trained(module, tmp_path / "whole", 8)
    trained(module, tmp_path / "parts", 4)
    assert trained(module, tmp_path / "parts", 8, resume=True) == whole
    assert trained(script, tmp_path / "script", 8) == whole
    metrics = (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()
    means = [line.split('"near.mean": ')[1].split(",")[0].rstrip("}") for line in metrics]
    assert len(set(means)) == 5  # rounds 1, 2, 4, 6, 8
