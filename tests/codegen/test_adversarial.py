"""Who is moved by what: relativistic scores, encoders, named critics, and losses of rare steps."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from ganforge.codegen.inline import standalone
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

BASE = (Path(__file__).parents[1] / "cases" / "base.toml").read_text()
ENCODER = """
[networks.E]
inputs = ["x"]
layers = [{ block = "linear", out = 16 }]
"""
JOINT = BASE.replace('real = "D(x)"', 'real = "D(concat(flatten(x), E(x)))"').replace(
    'fake = "D(fake)"', 'fake = "D(concat(flatten(fake), z))"'
)


def program(text: str, *overrides: str) -> ModuleType:
    compilation = compile_spec(text, overrides)
    assert compilation.report.ok, str(compilation.report)
    return import_program(compilation.program().text)


def started(module: ModuleType) -> tuple[Any, Any]:
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    return state, data


def round_of(module: ModuleType, state: Any, data: Any) -> dict[str, torch.Tensor]:
    losses = module.train_round(state, *module.draw(state, data))
    state.round += 1
    return losses


def weights(state: Any, name: str) -> list[torch.Tensor]:
    return [w.detach().clone() for w in state.networks[name].parameters()]


def test_an_encoder_before_the_real_scores_learns_with_the_generator() -> None:
    module = program(JOINT + ENCODER)
    state, data = started(module)
    before = weights(state, "E")
    round_of(module, state, data)
    assert not any(a.equal(b) for a, b in zip(before, weights(state, "E"), strict=True))
    assert set(state.optimizers) == {"critic", "generator"}


def test_without_one_the_generator_sees_no_real_score() -> None:
    text = compile_spec(BASE).program().text
    assert "non_saturating_generator(D(fake))" in text


def test_relativistic_scores_enter_the_generators_loss() -> None:
    text = compile_spec(BASE, ["losses.adversarial.pairing=average"]).program().text
    generator = text[text.index("def generator_step") : text.index("def train_round")]
    assert "average_non_saturating(D(fake), d_x)" in generator
    assert generator.index("torch.no_grad") < generator.index("d_x = D(x)")


def test_how_many_fakes_count_may_change_during_training() -> None:
    module = program(BASE, "losses.adversarial.top_k=8 if round < 1 else 2")
    state, data = started(module)
    assert {len(round_of(module, state, data)) for _ in range(2)} == {2}
    assert module.adversarial_k(module.Progress(0, 0, 0, 0, 0)) == 8


TRUNK = """
[networks.T]
inputs = ["x"]
layers = [{ block = "linear", out = 4 }]
"""


def test_a_named_critic_is_moved_by_the_critics_term() -> None:
    text = BASE.replace('"D(x)"', '"D(T(x))"').replace('"D(fake)"', '"D(T(fake))"') + TRUNK
    whole = text.replace('kind = "adversarial"', 'kind = "adversarial"\ncritic = ["D", "T"]')
    moved = []
    for spec in (text, whole):
        graph = compile_spec(spec).graph
        assert graph is not None
        moved.append({t.term.side: set(t.moves) for t in graph.terms})
    assert moved[0] == {"critic": {"D"}, "generator": {"G", "T"}}
    assert moved[1] == {"critic": {"D", "T"}, "generator": {"G"}}


@pytest.mark.parametrize(
    ("critic", "loss", "message"),
    [
        ('["E"]', "adversarial", "`real` of `adversarial` does not call `E`"),
        ('["G"]', "adversarial", "`real` of `adversarial` does not call `G`"),
    ],
)
def test_a_critic_must_be_called_on_both_sides(critic: str, loss: str, message: str) -> None:
    text = BASE.replace(f'kind = "{loss}"', f'kind = "{loss}"\ncritic = {critic}')
    found = compile_spec(text).report.errors
    assert [(d.code, d.message) for d in found] == [("GF403", message)]


PENALTY = """
[losses.r1]
kind = "gradient-penalty"
score = "D(x)"
wrt = "x"
center = 0
weight = 5
every = 3
[losses.near]
kind = "reconstruction"
original = "x"
reconstruction = "fake"
every = 3
trains = ["G"]
"""
WAYS = [
    [],
    ["train.reuse=true"],
    ["train.update=simultaneous"],
    ["train.update=simultaneous", "train.reuse=true"],
]


@pytest.mark.parametrize("ways", WAYS)
def test_a_rare_loss_is_a_second_update_of_its_player(ways: list[str]) -> None:
    module = program(BASE + PENALTY, *ways)
    state, data = started(module)
    logged = [round_of(module, state, data) for _ in range(7)]
    assert [number for number, losses in enumerate(logged) if "r1" in losses] == [0, 3, 6]
    assert state.steps == {"critic": 7, "generator": 7}
    for optimizer in state.optimizers.values():
        assert max(int(values["step"]) for values in optimizer.state.values()) == 7 + 3


def test_a_rare_loss_counts_for_the_steps_without_it_and_draws_anew() -> None:
    text = compile_spec(BASE + PENALTY).program().text
    assert "loss = 3 * 5.0 * r1_loss" in text
    step = text[text.index("def generator_every_3_step") :]
    assert "fake = G(z_every_3)" in step[: step.index("return")]


def test_repeated_steps_count_for_rare_losses() -> None:
    module = program(BASE + PENALTY, "train.players.critic.steps=4")
    state, data = started(module)
    round_of(module, state, data)
    assert max(int(v["step"]) for v in state.optimizers["critic"].state.values()) == 4 + 2


def test_rare_losses_resume_bit_for_bit_and_in_the_script(tmp_path: Path) -> None:
    made = compile_spec(BASE + PENALTY).program()
    module, script = import_program(made.text), import_program(standalone(made, "test"))

    def tensors(module: ModuleType, name: str, rounds: int, resume: bool = False) -> bytes:
        kept = {"log_every": 2, "rounds": rounds, "resume": resume, "device": "cpu"}
        list(module.train(module.Options(tmp_path / name, "shapes", **kept)))
        folder = tmp_path / name / f"checkpoints/round-{rounds:06d}"
        return (folder / "tensors.safetensors").read_bytes()

    whole = tensors(module, "whole", 8)
    tensors(module, "parts", 5)
    assert tensors(module, "parts", 8, resume=True) == whole
    assert tensors(script, "script", 8) == whole
    lines = (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()
    logged = {line["round"]: "r1" in line for line in map(json.loads, lines)}
    assert logged == {1: True, 2: False, 4: True, 6: False, 8: True}  # it was in 1, 4 and 7


def test_a_player_with_rare_losses_alone_is_refused() -> None:
    text = BASE.replace('kind = "adversarial"', 'kind = "adversarial"\nevery = 2')
    found = compile_spec(text).report.errors
    assert [d.code for d in found] == ["GF115", "GF115"]


def test_weights_that_are_computed_are_not_clipped() -> None:
    text = BASE.replace("[networks.D]\n", '[networks.D]\nweights = "spectral"\n')
    found = compile_spec(text, ["train.players.critic.clip_weights=0.01"]).report.errors
    assert [d.code for d in found] == ["GF115"]
    assert "`spectral`" in found[0].message
