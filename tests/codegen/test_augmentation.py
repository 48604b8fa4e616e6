"""Programs that augment: what their networks are given, and what their scripts hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import ganforge
from ganforge.codegen.inline import standalone
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

BASE = (Path(__file__).parent.parent / "cases" / "base.toml").read_text()
BOTH = BASE.replace('"D(x)"', '"D(A(x))"').replace('"D(fake)"', '"D(A(fake))"')
ADAPTIVE = (
    '{ kind = "adaptive", of = "adversarial.real_sign", target = -2, kimg = 0.064, every = 2 }'
)


def augmented(policy: str, p: str = "", text: str = BOTH) -> str:
    chance = f", p = {p}" if p else ""
    return (
        f'{text}\n[networks.A]\nlayers = [{{ block = "augment", policy = "{policy}"{chance} }}]\n'
    )


def text_of(spec: str) -> str:
    compilation = compile_spec(spec)
    assert not compilation.report.errors, compilation.report
    return compilation.program().text


def script_of(spec: str) -> str:
    return standalone(compile_spec(spec).program(), "ganforge emit")


def test_a_script_holds_the_transformations_of_its_policy_alone() -> None:
    script = script_of(augmented("cutout"))
    assert "def cutout(" in script
    absent = ("ada_", "SYM6", "def color", "def translation", "class Adaptive", "random_flip")
    assert not [name for name in absent if name in script]
    assert "ada_geometry" in script_of(augmented("ada", "0.2"))


def test_the_transformations_stand_in_the_order_of_the_policy() -> None:
    assert "return cutout(color(x))" in text_of(augmented("color,cutout"))
    assert "return color(cutout(x, 0.5), 0.5)" in text_of(augmented("cutout, color", "0.5"))


def test_a_live_probability_is_an_argument_of_the_network() -> None:
    text = text_of(augmented("cutout", '"0.6 * progress"'))
    assert "def forward(self, x: Tensor, p: float) -> Tensor:\n        return cutout(x, p)" in text
    assert "A(x, augment_p(t))" in text and "A(fake, augment_p(t))" in text
    assert "def augment_p(t: Progress) -> float:\n    return 0.6 * t.progress" in text


def test_a_strength_of_1_leaves_the_program_as_it_is() -> None:
    plain = augmented("color,ada", "0.2")
    given = text_of(plain.replace("p = 0.2", "p = 0.2, strength = 1"))
    lines, others = (
        [x for x in t.splitlines() if "SPEC =" not in x] for t in (text_of(plain), given)
    )
    assert lines == others


def test_a_strength_stands_in_each_transformation() -> None:
    text = text_of(augmented("color,cutout").replace('cutout"', 'cutout", strength = 0.5'))
    assert "return cutout(color(x, strength=0.5), strength=0.5)" in text


def test_a_live_strength_is_an_argument_of_the_network() -> None:
    spec = augmented("cutout", '0.5, strength = "linear(0, 2, progress)"')
    text = text_of(spec)
    assert "return cutout(x, 0.5, strength=strength)" in text
    assert "A(fake, augment_strength(t))" in text
    module = import_program(text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples, state.round = data.count, 5
    module.train_round(state, *module.draw(state, data))


def test_a_live_probability_passes_through_composite_blocks() -> None:
    blocks = """
[blocks.changed]
params = { share = { type = "float" } }
layers = [
  { block = "augment", policy = "cutout", p = "share * progress" },
  { block = "augment", policy = "translation", p = "progress / 2" },
]

[networks.A]
layers = [{ block = "changed", share = 0.5 }, { block = "changed", share = 0.25 }]
"""
    text = text_of(BOTH + blocks)
    assert "A(x, augment_p(t), augment_p_2(t), augment_p_3(t))" in text
    module = import_program(text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples, state.round = data.count, 5
    module.train_round(state, *module.draw(state, data))


@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
@pytest.mark.parametrize("reuse", [False, True])
def test_the_probability_grows_with_training(update: str, reuse: bool) -> None:
    spec = augmented("cutout", '"0 if round < 2 else 1"')
    spec = spec.replace(
        "rounds = 10", f'rounds = 10\nupdate = "{update}"\nreuse = {str(reuse).lower()}'
    )
    module = import_program(text_of(spec))
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples, seen = data.count, []

    def note(network: object, inputs: tuple[torch.Tensor, float], made: torch.Tensor) -> None:
        seen.append((inputs[1], bool((made != inputs[0]).any())))

    state.networks["A"].register_forward_hook(note)
    for _ in range(4):
        state.start_round()
        module.train_round(state, *module.draw(state, data))
        state.round += 1
    assert {p for p, _ in seen} == {0, 1} and all(changed == (p == 1) for p, changed in seen)


def test_gradients_flow_through_augmentation_to_the_generator() -> None:
    module = import_program(text_of(augmented("color,translation,cutout")))
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    module.train_round(state, *module.draw(state, data))
    assert all(weight.grad.any() for weight in state.networks["G"].parameters())


@pytest.mark.parametrize("reuse", ["false", "true"])
def test_penalties_differentiate_by_images_before_augmentation(reuse: str) -> None:
    penalties = """
[losses.r1]
kind = "gradient-penalty"
center = 0
score = "D(A(x))"
wrt = "x"

[losses.r2]
kind = "gradient-penalty"
center = 0
score = "D(A(fake))"
wrt = "fake"
"""
    spec = augmented("translation,cutout") + penalties
    spec = spec.replace("lr = 2e-4", "lr = 2e-4, betas = [0, 0.9]")
    module = import_program(text_of(spec.replace("rounds = 10", f"rounds = 10\nreuse = {reuse}")))
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    state.start_round()
    drawn = module.draw(state, data)
    x = (drawn[0][0] if isinstance(drawn[0], tuple) else drawn[0]).clone()
    augment, critic = state.networks["A"], state.networks["D"]
    random = torch.get_rng_state()
    expected = x.requires_grad_()
    (gradient,) = torch.autograd.grad(critic(augment(expected)).sum(), expected)
    torch.set_rng_state(random)
    losses = module.train_round(state, *drawn)
    torch.testing.assert_close(losses["r1"], gradient.square().flatten(1).sum(1).mean())
    assert losses["r2"] > 0


def test_an_adaptive_probability_follows_its_figure(tmp_path: Path) -> None:
    path = tmp_path / "adaptive.toml"
    path.write_text(augmented("ada", ADAPTIVE))
    run = ganforge.train(path, out=tmp_path / "run", rounds=6, log_every=1)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["schedules.augment_p"] for line in lines] == [0, 0.25, 0.25, 0.5, 0.5, 0.75]
    assert all(-1 <= line["adversarial.real_sign"] <= 1 for line in lines)


def test_augmenting_runs_resume_bit_for_bit_and_their_scripts_do_the_same(
    tmp_path: Path, trained: Callable[..., bytes]
) -> None:
    program = compile_spec(augmented("ada-cutout", ADAPTIVE)).program()

    whole = trained(program.text, "whole", 10)
    logged = json.loads((tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()[-1])
    assert logged["schedules.augment_p"] == 1  # five moves of a quarter, held at 1
    assert trained(program.text, "parts", 3, 6, 10) == whole  # in the midst of two rounds too
    assert trained(standalone(program, "test"), "script", 10) == whole


def test_without_feedback_nothing_counts_signs() -> None:
    assert "mean_sign" not in text_of(augmented("ada", "0.2"))


def test_two_networks_that_are_alike_augment_alike() -> None:
    spec = augmented("color", text=BOTH.replace("D(A(fake))", "D(B(fake))"))
    assert not compile_spec(f'{spec}\n[networks.B]\nlike = "A"\n').report.diagnostics


def test_equal_feedback_is_one_number() -> None:
    spec = augmented(
        "ada", ADAPTIVE, BASE.replace('"D(x)"', '"D(A(x))"').replace('"D(fake)"', '"D(B(fake))"')
    )
    both = (
        spec
        + f'\n[networks.B]\nlayers = [{{ block = "augment", policy = "ada", p = {ADAPTIVE} }}]\n'
    )
    module = import_program(text_of(both))
    assert list(module.build(0, torch.device("cpu")).schedules) == ["augment_p"]
