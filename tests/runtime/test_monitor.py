"""The monitor: singular values in the log, and an end of training where they explode."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program
from ganforge.runtime.options import Options
from ganforge.runtime.state import all_checkpoints

BASE = (Path(__file__).parent.parent / "cases" / "base.toml").read_text()
NAMED = '{ id = "first", block = "linear", out = 32, act = "leaky-relu", weights = "spectral" }'


def program(monitor: str, lr: float = 2e-4) -> ModuleType:
    text = BASE.replace("[train]", f"[train]\nmonitor = {{ {monitor} }}")
    text = text.replace('{ block = "linear", out = 32, act = "leaky-relu" }', NAMED)
    compilation = compile_spec(text.replace("lr = 2e-4", f"lr = {lr}"))
    assert compilation.report.ok, str(compilation.report)
    return import_program(compilation.program().text)


def train(made: ModuleType, out: Path, **options: float) -> list[dict[str, float]]:
    return list(made.train(Options(out, "shapes", log_every=2, **options)))


def linear_layers(network: nn.Module) -> list[nn.Module]:
    return [layer for layer in network.modules() if isinstance(layer, nn.Linear)]


def largest(weight: Tensor) -> list[float]:
    return torch.linalg.svd(weight.double().flatten(1))[1][:3].tolist()


def test_the_log_has_the_largest_singular_values_of_the_weights_as_learned(tmp_path: Path) -> None:
    made = program('networks = ["G", "D", "D.first"]')
    figures = train(made, tmp_path, rounds=4)[-1]
    state = made.build(0, torch.device("cpu"))
    state.samples = 50_000
    state.load(all_checkpoints(tmp_path)[-1], made.SPEC)
    (only,), (first, last) = (linear_layers(state.networks[name]) for name in ("G", "D"))
    known = {
        "G": largest(only.weight),
        "D.first": largest(first.parametrizations.weight.original),
        "D.last": largest(last.weight),  # one output, one singular value
    }
    expected = {f"singular.{n}.{k}": v for n, values in known.items() for k, v in enumerate(values)}
    found = {name: value for name, value in figures.items() if name.startswith("singular.")}
    assert found == pytest.approx(expected, rel=1e-4)
    assert json.loads((tmp_path / "metrics.jsonl").read_text().splitlines()[-1]) == figures


def test_training_ends_where_a_value_explodes_and_keeps_the_round(tmp_path: Path) -> None:
    made = program('networks = ["D.first"], stop = 1.5', lr=0.01)
    before = linear_layers(made.build(0, torch.device("cpu")).networks["D"])[0]
    start = largest(before.parametrizations.weight.original)[0]
    with pytest.warns(UserWarning, match=r"stops in round \d+: the largest singular value of D\."):
        logged = train(made, tmp_path)
    *earlier, grown = [line["singular.D.first.0"] / max(1, start) for line in logged]
    assert max(earlier) <= 1.5 < grown
    last = int(logged[-1]["round"])
    assert 1 < last < 10
    assert [path.name for path in all_checkpoints(tmp_path)] == [f"round-{last:06d}"]
    assert (tmp_path / "samples" / f"round-{last:06d}.png").exists()


def test_a_larger_stop_lets_the_run_go_on(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="stops in round"):
        stopped = train(program('networks = ["D"], stop = 1.5', lr=0.05), tmp_path)
    larger = program('networks = ["D"], stop = 1000', lr=0.05)
    rounds = stopped[-1]["round"] + 2
    assert train(larger, tmp_path, rounds=rounds, resume=True)[-1]["round"] == rounds


def test_the_monitor_changes_no_weights(tmp_path: Path) -> None:
    train(program('networks = ["G", "D"]'), tmp_path / "watched", rounds=5)
    plain = BASE.replace('{ block = "linear", out = 32, act = "leaky-relu" }', NAMED)
    train(import_program(compile_spec(plain).program().text), tmp_path / "plain", rounds=5)
    tensors = [
        (all_checkpoints(tmp_path / name)[-1] / "tensors.safetensors").read_bytes()
        for name in ("watched", "plain")
    ]
    assert tensors[0] == tensors[1]


def test_what_starts_at_zero_is_compared_with_one(tmp_path: Path) -> None:
    text = BASE.replace("[train]", '[train]\nmonitor = { networks = ["D"], stop = 2 }')
    text = text.replace("[networks.D]", '[networks.D]\ninit = "zeros"')
    made = import_program(compile_spec(text).program().text)
    assert train(made, tmp_path, rounds=4)[-1]["round"] == 4
