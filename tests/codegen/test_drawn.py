"""Functions that draw: what they draw is drawn up front, and is the same when training resumes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

Trained = Callable[..., bytes]
TEXT = """
ganforge = 1
[data]
source = "shapes"
[data.fields]
x = { kind = "image", channels = 1, size = 8 }
label = { kind = "class", classes = 3 }
[networks.E]
layers = [
  { block = "linear", out = 8 },
  { id = "half", from = "split(prev, parts=2)" },
]
outputs = { mean = "half[0]", log_variance = "half[1]" }
[networks.G]
inputs = ["code"]
layers = [
  { block = "linear", out = 64, act = "tanh" },
  { block = "reshape", shape = [1, 8, 8] },
]
[networks.D]
inputs = ["x", "y"]
layers = [{ block = "linear", out = 1, from = "concat(flatten(x), one_hot(y))" }]
[flow]
mean = "E(x).mean"
log_variance = "E(x).log_variance"
code = "sample_gaussian(mean, log_variance)"
fake = "G(code)"
other = "shuffle(label)"
[losses.adversarial]
kind = "adversarial"
real = "D(x, label)"
fake = "D(fake, label)"
[losses.mismatched]
kind = "critic-only"
score = "D(x, other)"
is = "fake"
[losses.prior]
kind = "kl-to-normal"
mean = "mean"
log_variance = "log_variance"
[train]
batch = 4
rounds = 9
optimizer = { kind = "adam", lr = 2e-4 }
[sample]
images = ["x", "fake"]
"""


def codes(text: str) -> list[tuple[str, str]]:
    found = compile_spec(text).report.diagnostics
    return [(d.code, d.message) for d in found]


@pytest.mark.parametrize("reuse", ["false", "true"])
def test_a_resumed_run_draws_what_one_that_was_never_stopped_draws(
    trained: Trained, reuse: str
) -> None:
    text = compile_spec(TEXT, [f"train.reuse={reuse}"]).program().text
    assert trained(text, "a", 4) == trained(text, "b", 1, 4)


def test_what_functions_draw_is_drawn_before_the_round() -> None:
    text = compile_spec(TEXT, ["train.reuse=true"]).program().text
    module = import_program(text)
    state = module.build(0, torch.device("cpu"))
    drawn = module.draw(state, module.open_data("shapes"))
    shapes = [tuple(value.shape) for value in drawn]
    assert shapes == [(4, 1, 8, 8), (4,), (4, 4), (4,)]
    assert drawn[2].min() < 0 and drawn[3].min() >= 0 and drawn[3].max() < 1
    assert "torch.rand" not in text[text.index("def critic_step") : text.index("def open_data")]


def test_the_gradient_of_a_sample_reaches_mean_and_variance() -> None:
    module = import_program(compile_spec(TEXT).program().text)
    state = module.build(0, torch.device("cpu"))
    module.train_round(state, *module.draw(state, module.open_data("shapes")))
    weight = state.networks["E"].get_parameter("layers.1.weight")
    assert weight.grad is not None and weight.grad.abs().sum(1).gt(0).all()


def test_samples_draw_around_the_mean_too() -> None:
    module = import_program(compile_spec(TEXT).program().text)
    state = module.build(0, torch.device("cpu"))
    real = module.open_data("shapes").read([0, 1])
    one, same, other = (module.sample(state, real, 2, seed) for seed in (1, 1, 2))
    assert one.equal(same)
    assert one[::2].equal(other[::2]) and not one[1::2].equal(other[1::2])


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        (
            "sample_gaussian(mean, log_variance)",
            "sample_gaussian(mean)",
            "GF204",
            "`sample_gaussian` takes (mean, log_variance), and 1 tensor is given",
        ),
        (
            "sample_gaussian(mean, log_variance)",
            "sample_gaussian(mean, x)",
            "GF303",
            "a mean and a log variance for each number are needed: 4, 1 x 8 x 8",
        ),
        (
            "sample_gaussian(mean, log_variance)",
            "sample_gaussian(label, label)",
            "GF503",
            "`sample-gaussian` computes with numbers, and is given a class of 3",
        ),
        (
            "shuffle(label)",
            "shuffle([label, label])[0]",
            "GF217",
            "`shuffle` draws for one tensor, and is given a list",
        ),
        (
            'from = "split(prev, parts=2)"',
            'from = "split(shuffle(prev), parts=2)"',
            "GF212",
            "`shuffle` draws random numbers, which are drawn outside of networks",
        ),
    ],
)
def test_what_cannot_be_drawn_is_told(old: str, new: str, code: str, says: str) -> None:
    assert codes(TEXT.replace(old, new)) == [(code, says)]


def test_a_latent_may_stand_for_what_is_drawn() -> None:
    latent = '[latents]\ne = { distribution = "uniform", size = 4 }\n[networks.E]'
    text = TEXT.replace("[networks.E]", latent)
    text = text.replace(
        "sample_gaussian(mean, log_variance)", "sample_gaussian(mean, log_variance, e)"
    )
    assert codes(text) == []
    assert "draw_epsilon" not in compile_spec(text).program().text


SHARED = (Path(__file__).parents[1] / "cases" / "two-stages.toml").read_text()


def test_what_stands_still_under_what_the_round_shares_is_computed_without_gradient() -> None:
    text = compile_spec(SHARED, ["train.reuse=true"]).program().text
    assert "    with torch.no_grad():\n        low = G1(z)\n    high = G2(low)\n" in text
    module = import_program(text)
    state = module.build(0, torch.device("cpu"))
    state.begin(1)
    module.train_round(state, *module.draw(state, module.open_data("shapes")))
    assert all(weight.grad is None for weight in state.networks["G1"].parameters())
    assert all(weight.grad is not None for weight in state.networks["G2"].parameters())
