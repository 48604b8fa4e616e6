"""A path length in programs: what it moves, what it draws, and what its running mean goes into."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from ganforge.codegen.inline import standalone
from ganforge.pipeline import Compilation, compile_spec
from ganforge.runs.programs import import_program
from ganforge.runtime.options import StagedOptions

BASE = str(Path(__file__).parents[1] / "small.toml")
STYLED = """
ganforge = 1
extends = "BASE"
[data.fields]
x = { kind = "image", channels = 3, size = 8 }
[latents]
z = { distribution = "normal", size = 6 }
[networks.M]
inputs = ["z"]
layers = [
  { block = "linear", out = 5, act = "leaky-relu" },
  { block = "repeat", count = 2 },
]
[networks.G]
inputs = ["w"]
layers = [
  { block = "constant", shape = [4, 4, 4], init = { kind = "normal", std = 1 }, from = "w[0]" },
  { block = "modulated-conv", out = 4, up = 2, style = "w[0]" },
  { block = "leaky-relu" },
  { block = "modulated-conv", out = 3, kernel = 1, demodulate = false, style = "w[1]" },
]
[networks.D]
layers = [
  { block = "conv", out = 4, stride = 2, act = "leaky-relu" },
  { block = "linear", out = 1 },
]
[flow]
styles = "M(z)"
fake = "G(styles)"
[losses.path]
kind = "path-length"
of = "fake"
wrt = "styles"
weight = 2
every = 3
[train]
rounds = 12
optimizer = { kind = "adam", lr = 2e-3, betas = [0, 0.99] }
""".replace("BASE", BASE)


def compiled(*ways: str) -> Compilation:
    compilation = compile_spec(STYLED, list(ways))
    assert compilation.report.ok, compilation.report
    return compilation


def started(*ways: str) -> tuple[ModuleType, Any, Any]:
    module = import_program(compiled(*ways).program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    return module, state, data


def test_it_moves_what_makes_the_styles_too() -> None:
    graph = compiled().graph
    (term,) = (t for t in graph.terms if t.loss == "path")
    assert term.moves == {"M", "G"}
    (term,) = (t for t in compiled("networks.M.frozen=true").graph.terms if t.loss == "path")
    assert term.moves == {"G"}


def test_it_is_a_second_update_by_draws_of_its_own_times_its_steps() -> None:
    module, state, data = started()
    state.steps["generator"] = 1
    before = copy.deepcopy(state.networks)
    _, drawn = module.draw(state, data)
    names = list(inspect.signature(module.generator_step).parameters)[1:]
    _, z, y = drawn
    assert names == ["z", "z_every_3", "path_direction"]
    assert not drawn[0].equal(z) and y.shape == (4, 3, 8, 8)
    memory = copy.deepcopy(state.losses["path"])
    losses = module.generator_every_3_step(state, z, y)
    styles = before["M"](z)
    by_hand = memory(before["G"](styles), styles, y)
    (3 * 2 * by_hand).backward()
    torch.testing.assert_close(losses["path"], by_hand.detach())
    assert losses["path.mean"].equal(memory.mean) and memory.mean > 0
    for name in ("M", "G"):
        moved = zip(state.networks[name].parameters(), before[name].parameters(), strict=True)
        for weight, expected in moved:
            torch.testing.assert_close(weight.grad, expected.grad)


def test_it_is_computed_in_one_of_so_many_steps() -> None:
    module, state, data = started()
    logged = []
    for _ in range(7):
        state.start_round()
        logged.append("path.mean" in module.train_round(state, *module.draw(state, data)))
        state.round += 1
    assert logged == [True, False, False, True, False, False, True]


@pytest.mark.parametrize(
    "ways",
    [
        [],
        ["losses.path.every=1", "train.reuse=true"],
        ["losses.path.every=1", "train.reuse=true", "train.update=simultaneous"],
        ["networks.M.frozen=true"],
        ["networks.M.frozen=true", "losses.path.every=1", "train.reuse=true"],
    ],
    ids=lambda ways: ",".join(ways) or "plain",
)
def test_it_resumes_bit_for_bit_and_its_script_does_the_same(
    ways: list[str], trained: Callable[..., bytes]
) -> None:
    program = compiled(*ways).program()
    whole = trained(program.text, "whole", 8)
    assert trained(program.text, "parts", 2, 8) == whole
    assert trained(standalone(program, "test"), "script", 8) == whole
    assert b"losses.path.mean" in whole


def test_a_generator_with_adams_usual_momentum_is_not_told_about_critics() -> None:
    report = compiled("train.optimizer.betas=[0.9,0.99]").report
    assert [d.code for d in report.diagnostics] == []


GROWING = """
ganforge = 1
extends = "stylegan"
[losses.path]
kind = "path-length"
of = "fake"
wrt = "styles"
every = 4
"""
SMALL = {
    **{"size": 16, "nf": [8, 4, 4], "dim": 8, "mapping": 2, "train.batch": 4},
    **{"stages.grow.kimg": 0.004, "stages.grow.fade_kimg": 0.006, "stages.finish.kimg": 0.004},
}


def test_at_each_level_of_a_growing_network_it_takes_as_much_as_the_images_need(
    tmp_path: Path,
) -> None:
    ways = [f"{name}={value}" for name, value in SMALL.items()]
    module = import_program(compile_spec(GROWING, ways).program().text)
    options = StagedOptions(tmp_path / "run", "shapes", device="cpu", log_every=1)
    levels = [row["path.mean"] for row in module.train(options) if "path.mean" in row]
    assert len(levels) > 2 and all(0 < level < 10 for level in levels)
