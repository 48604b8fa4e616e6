"""Clipping in a player's step, whether or not the step calls the networks that it clips."""

from __future__ import annotations

import torch

from ganforge.codegen.program import Program
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

TINY = ("size=16", "width=8", "train.batch=4")


def program(spec: str, *overrides: str) -> Program:
    compilation = compile_spec(spec, overrides)
    assert compilation.report.ok, str(compilation.report)
    return compilation.program()


def test_a_generator_whose_images_the_round_computes_has_its_gradients_clipped() -> None:
    text = program("dcgan", "train.players.generator.clip_gradients=1").text
    step = text[text.index("def generator_step") : text.index("def train_round")]
    assert 'G = state.networks["G"]' in step


def test_weights_are_clipped_before_the_round_computes_with_them() -> None:
    made = program("dcgan", *TINY, "train.players.generator.clip_weights=0.01")
    module = import_program(made.text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    module.train_round(state, *module.draw(state, data))
    assert state.steps == {"critic": 1, "generator": 1}
