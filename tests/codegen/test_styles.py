"""Programs whose generators are driven by styles."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

BASE = str(Path(__file__).parents[1] / "small.toml")
STYLED = """
ganforge = 1
extends = "BASE"
[data.fields]
x = { kind = "image", channels = 3, size = 8 }

[latents]
z = { distribution = "normal", size = 6 }
z2 = { distribution = "normal", size = 6 }

[networks.M]
inputs = ["z"]
layers = [
  { block = "linear", out = 5, act = "leaky-relu" },
  { block = "repeat", count = 3 },
  { block = "truncation", psi = 0, first = 2, decay = 0.5 },
]

[networks.G]
inputs = ["w"]
layers = [
  { block = "constant", shape = [4, 8, 8], from = "w[0]" },
  { block = "noise", per = "layer", init = "ones" },
  { block = "adain", style = "w[0]" },
  { block = "conv", out = 4, act = "leaky-relu" },
  { block = "noise" },
  { block = "adain", style = "w[1]" },
  { block = "adain", style = "w[2]" },
  { block = "conv", out = 3, kernel = 1 },
]

[flow]
styles = "mix_styles(M(z), M(z2), probability=0.9)"
fake = "G(styles)"

[train]
rounds = 6
optimizer = { kind = "adam", lr = 1e-2 }
ema = { decay = 0.9 }

[sample]
images = ["G(M(z))"]
""".replace("BASE", BASE)


@pytest.fixture(scope="module")
def text() -> str:
    compilation = compile_spec(STYLED)
    assert compilation.report.ok, compilation.report
    return compilation.program().text


def test_the_program_mixes_by_numbers_that_are_drawn_up_front(text: str) -> None:
    assert "styles = mix_styles(M(z), M(z2), mix, 0.9)" in text
    assert "draw_mix(BATCH, state.noise)" in text
    assert "The numbers mix (count, 2): uniform in 0..1, for each sample." in text
    assert "def forward(self, w: list[Tensor]) -> Tensor:" in text


def test_a_resumed_run_goes_on_with_its_mean_style(text: str, trained) -> None:
    assert trained(text, "whole", 6) == trained(text, "parts", 3, 6)


def test_the_mean_style_moves_in_training_and_is_that_of_samples(text: str, tmp_path: Path) -> None:
    module = import_program(text)
    state = module.build(0, torch.device("cpu"))
    data = module.open_data("shapes")
    module.train_round(state, *module.draw(state, data))
    means = [net["M"].state_dict() for net in (state.networks, state.averages)]
    name = next(key for key in means[0] if key.endswith("mean"))
    assert means[0][name].any() and torch.equal(means[0][name], means[1][name])
    before = means[0][name].clone()
    one, other = module.sample(state, 2, 0), module.sample(state, 2, 1)
    assert torch.equal(before, state.networks["M"].state_dict()[name])
    assert one.shape == (2, 3, 8, 8) and not torch.equal(one, other)
