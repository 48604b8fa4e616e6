"""Live numbers that follow a figure of the log, wherever a live number may stand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ganforge.codegen.inline import standalone
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

BASE = (Path(__file__).parent.parent / "cases" / "base.toml").read_text()
FALLS = '{ kind = "plateau", start = 0.5, of = "adversarial.critic", window = 1, threshold = 0.9 }'
"""Falls in every round but the first: no loss falls so much."""
PLACES = {
    "lr": [f"train.optimizer.lr={FALLS}"],
    "beta_1": [f"train.optimizer.betas=[{FALLS}, 0.9]"],
    "weight_decay": [f"train.optimizer.weight_decay={FALLS}"],
    "alpha": ["train.optimizer.kind=rmsprop", f"train.optimizer.alpha={FALLS}"],
    "momentum": ["train.optimizer.kind=sgd", f"train.optimizer.momentum={FALLS}"],
    "adversarial_weight": [f"losses.adversarial.weight={FALLS}"],
    "ema_decay": [f"train.ema={{decay = {FALLS}}}"],
    "ema_half_life_kimg": [f"train.ema={{half_life_kimg = {FALLS}}}"],
    "critic_steps": [f"train.players.critic={{steps = {FALLS.replace('0.5', '3')}}}"],
    "adversarial_k": [f"losses.adversarial.top_k={FALLS.replace('0.5', '8')}"],
    "critic_lr": [f"train.players.critic={{optimizer = {{lr = {FALLS}}}}}"],
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("update", ["alternating", "simultaneous"])
def test_a_number_falls_where_its_figure_does_not(name: str, update: str) -> None:
    if (name, update) == ("critic_steps", "simultaneous"):
        pytest.skip("players that move at once take one step")
    compilation = compile_spec(BASE, [*PLACES[name], f"train.update={update}"])
    assert compilation.report.ok, compilation.report
    module = import_program(compilation.program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    assert list(state.schedules) == [name]
    start, found = state.schedules[name].value, []
    for _ in range(4):
        state.start_round()
        module.train_round(state, *module.draw(state, data))
        state.round += 1
        found.append(state.schedules[name].value / start)
    low = 1 / start if start > 1 else 0
    assert found == [max(share, low) for share in (1, 0.5, 0.25, 0.125)]


def test_the_optimiser_moves_at_the_rate_that_has_fallen() -> None:
    module = import_program(compile_spec(BASE, PLACES["lr"]).program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    for rate in (0.5, 0.5, 0.25):
        module.train_round(state, *module.draw(state, data))
        groups = [group for o in state.optimizers.values() for group in o.param_groups]
        assert [group["lr"] for group in groups] == [rate, rate]


@pytest.mark.parametrize("reuse", ["true", "false"])
def test_a_run_with_feedback_resumes_bit_for_bit_and_its_script_does_the_same(
    reuse: str, tmp_path: Path, trained: Callable[..., bytes]
) -> None:
    ways = [*PLACES["lr"], "train.update=simultaneous", f"train.reuse={reuse}"]
    ways += ["train.optimizer.lr.window=3"]
    program = compile_spec(BASE, ways).program()

    whole = trained(program.text, "whole", 10)
    logged = json.loads((tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()[-1])
    assert logged["schedules.lr"] == 0.125
    assert trained(program.text, "parts", 4, 7, 10) == whole
    assert trained(standalone(program, "test"), "script", 10) == whole


@pytest.mark.parametrize(
    ("key", "kind", "formula", "expected"),
    [
        ("lr", "adam", "staircase(0.1, 0.5, round)", [0.1, 0.05, 0.025]),
        ("lr", "sgd", "0.1 if round < 1 else 0.01", [0.1, 0.01, 0.01]),
        ("weight_decay", "adam", "linear(0.4, 0, round / 2)", [0.4, 0.2, 0]),
        ("alpha", "rmsprop", "cosine(0.5, 0.9, round / 2)", [0.5, 0.7, 0.9]),
        ("momentum", "sgd", "exponential(0.8, 0.2, round / 2)", [0.8, 0.4, 0.2]),
    ],
)
def test_an_optimisers_numbers_follow_their_formulas(
    key: str, kind: str, formula: str, expected: list[float]
) -> None:
    ways = [f"train.optimizer.kind={kind}", f"train.optimizer.{key}='{formula}'"]
    compilation = compile_spec(BASE, ways)
    assert compilation.report.ok, compilation.report
    module = import_program(compilation.program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples = data.count
    for value in expected:
        module.train_round(state, *module.draw(state, data))
        state.round += 1
        groups = [group for o in state.optimizers.values() for group in o.param_groups]
        assert [group[key] for group in groups] == pytest.approx([value, value])
