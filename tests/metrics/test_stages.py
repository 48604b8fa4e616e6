"""Of a spec with stages the last one is measured."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ganforge.codegen.program import build_program
from ganforge.metrics.measured import measured
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

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
