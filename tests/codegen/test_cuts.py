"""What is behind a `detach` is computed without gradient, and what is before it with one."""

from __future__ import annotations

from pathlib import Path

import torch

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

BASE = str(Path(__file__).parents[1] / "small.toml")
SPEC = """
ganforge = 1
extends = "BASE"
[data.fields]
x = { kind = "image", channels = 1, size = 8 }
[latents]
z = { distribution = "normal", size = 4 }
[networks.G]
inputs = ["z"]
layers = [
  { block = "linear", out = 64 },
  { block = "reshape", shape = [1, 8, 8] },
  { id = "small", block = "downsample", side = true },
]
outputs = { image = "prev", small = "small" }
[flow]
fake = "G(z).image"
[losses.coarse]
kind = "reconstruction"
original = "G(z).small"
reconstruction = "downsample(detach(fake))"
[train]
rounds = 2
optimizer = { kind = "sgd", lr = 0.1 }
""".replace("BASE", BASE)


def test_a_generator_learns_though_another_loss_cuts_its_images_off() -> None:
    compilation = compile_spec(SPEC)
    assert compilation.report.ok, str(compilation.report)
    module = import_program(compilation.program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    before = [weight.clone() for weight in state.networks["G"].parameters()]
    module.train_round(state, *module.draw(state, data))
    after = list(state.networks["G"].parameters())
    assert all(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
