"""Training, resuming and sampling with a program as it is generated."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from ganforge.runtime.errors import NonFinite, RunError
from ganforge.runtime.latents import truncated_normal
from ganforge.runtime.options import Options
from ganforge.runtime.players import backward, frozen
from ganforge.runtime.samples import save_grid, side_by_side
from ganforge.runtime.schedules import cosine, exponential, linear, staircase
from ganforge.runtime.state import all_checkpoints


def train(program: ModuleType, out: Path, **options: Any) -> list[dict[str, float]]:
    return list(program.train(Options(out, "shapes", **{"log_every": 5, **options})))


def last_tensors(out: Path) -> bytes:
    return (all_checkpoints(out)[-1] / "tensors.safetensors").read_bytes()


def test_ten_rounds_resumed_for_ten_equal_twenty_bit_for_bit(
    program: ModuleType, tmp_path: Path
) -> None:
    train(program, tmp_path / "whole", rounds=20)
    train(program, tmp_path / "parts", rounds=10)
    torch.rand(7)
    train(program, tmp_path / "parts", rounds=20, resume=True)
    assert last_tensors(tmp_path / "parts") == last_tensors(tmp_path / "whole")
    whole, parts = (all_checkpoints(tmp_path / n)[-1] / "state.json" for n in ("whole", "parts"))
    assert json.loads(parts.read_text()) == json.loads(whole.read_text())


def test_intervals_change_no_weights(program: ModuleType, tmp_path: Path) -> None:
    train(program, tmp_path / "rare", rounds=6)
    often = {"sample_every": 1, "checkpoint_every": 1, "log_every": 1}
    train(program, tmp_path / "often", rounds=6, **often)
    assert last_tensors(tmp_path / "rare") == last_tensors(tmp_path / "often")
    assert len(list((tmp_path / "often" / "samples").iterdir())) == 6


def test_another_seed_gives_other_weights(program: ModuleType, tmp_path: Path) -> None:
    train(program, tmp_path / "a", rounds=1)
    train(program, tmp_path / "b", rounds=1, seed=1)
    assert last_tensors(tmp_path / "a") != last_tensors(tmp_path / "b")


def test_the_last_two_checkpoints_are_kept(program: ModuleType, tmp_path: Path) -> None:
    train(program, tmp_path, rounds=5, checkpoint_every=1)
    assert [path.name for path in all_checkpoints(tmp_path)] == ["round-000004", "round-000005"]
    assert len(list((tmp_path / "checkpoints").iterdir())) == 2


def test_the_program_ends_by_itself(program: ModuleType, tmp_path: Path) -> None:
    program.__dict__["EPOCHS"] = 2
    train(program, tmp_path)
    assert all_checkpoints(tmp_path)[-1].name == "round-000005"


def test_kimg_ends_a_run_in_total(program: ModuleType, tmp_path: Path) -> None:
    train(program, tmp_path, kimg=0.008)
    train(program, tmp_path, kimg=0.012, resume=True)
    assert all_checkpoints(tmp_path)[-1].name == "round-000003"


def spoil(program: ModuleType, round: int) -> None:
    whole = program.non_saturating_generator

    def bad(fake: Tensor) -> Tensor:
        bad.calls += 1  # type: ignore[attr-defined]
        return whole(fake) * (math.nan if bad.calls == round else 1)  # type: ignore[attr-defined]

    bad.calls = 0  # type: ignore[attr-defined]
    program.__dict__["non_saturating_generator"] = bad


def test_a_loss_of_nan_stops_with_its_name_and_round(program: ModuleType, tmp_path: Path) -> None:
    spoil(program, round=3)
    message = r"In round 3 the loss 'adversarial.generator' was not finite; last.*round-000002"
    with pytest.raises(NonFinite, match=message):
        train(program, tmp_path, rounds=20, checkpoint_every=2)
    assert all_checkpoints(tmp_path)[-1].name == "round-000002"


def test_weights_of_nan_are_never_saved(program: ModuleType, tmp_path: Path) -> None:
    step = program.generator_step

    def poisoned(state: Any, fake: Tensor) -> Any:
        losses = step(state, fake)
        next(state.networks["G"].parameters()).data.fill_(math.inf)
        return losses

    program.__dict__["generator_step"] = poisoned
    with pytest.raises(NonFinite, match=r"In round 1 a weight of G was not finite.*: none"):
        train(program, tmp_path, rounds=1)
    assert not all_checkpoints(tmp_path)


def test_metrics_after_the_resumed_round_are_dropped(program: ModuleType, tmp_path: Path) -> None:
    train(program, tmp_path, rounds=2, log_every=1)
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"round": 3}\n{"rou')
    train(program, tmp_path, rounds=4, log_every=1, resume=True)
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["round"] for line in lines] == [1, 2, 3, 4]
    assert "adversarial.critic" in json.loads(lines[2])


def rounds_logged(out: Path) -> list[int]:
    return [json.loads(line)["round"] for line in (out / "metrics.jsonl").read_text().splitlines()]


def test_the_first_and_the_last_round_are_logged_and_every_so_many(
    program: ModuleType, tmp_path: Path
) -> None:
    yielded = train(program, tmp_path, rounds=12)
    assert rounds_logged(tmp_path) == [metrics["round"] for metrics in yielded] == [1, 5, 10, 12]
    train(program, tmp_path, rounds=13, resume=True)
    assert rounds_logged(tmp_path) == [1, 5, 10, 12, 13]
    assert train(program, tmp_path, rounds=9, resume=True) == []
    assert rounds_logged(tmp_path) == [1, 5, 10, 12, 13]


def test_a_run_that_was_killed_has_every_line_once_when_it_has_gone_on(
    program: ModuleType, tmp_path: Path
) -> None:
    going = program.train(Options(tmp_path, "shapes", log_every=2, checkpoint_every=3))
    assert [next(going)["round"] for _ in range(3)] == [1, 2, 4]
    going.close()
    assert all_checkpoints(tmp_path)[-1].name == "round-000003"
    train(program, tmp_path, rounds=8, log_every=2, resume=True)
    assert rounds_logged(tmp_path) == [1, 2, 4, 6, 8]


def test_the_speed_is_that_since_the_last_line(
    program: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([0.0, 1.0, 1.5, 5.5])
    monkeypatch.setattr("time.perf_counter", lambda: next(seconds))
    metrics = train(program, tmp_path, rounds=3, log_every=1)
    speeds = [m["images_per_second"] / (1000 * m["kimg"] / m["round"]) for m in metrics]
    assert speeds == pytest.approx([1.0, 2.0, 0.25])


def test_a_folder_with_a_run_is_not_overwritten(program: ModuleType, tmp_path: Path) -> None:
    train(program, tmp_path, rounds=1)
    with pytest.raises(RunError, match="holds a run: resume it, or use another folder"):
        train(program, tmp_path, rounds=1)


def test_resuming_needs_a_checkpoint(program: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has no checkpoint to resume"):
        train(program, tmp_path, resume=True)


def test_a_checkpoint_of_another_spec_is_refused(program: ModuleType, tmp_path: Path) -> None:
    train(program, tmp_path, rounds=1)
    program.__dict__["SPEC"] = "another"
    with pytest.raises(RunError, match="is a checkpoint of another spec"):
        train(program, tmp_path, rounds=2, resume=True)


@pytest.mark.parametrize("text", ["", "[]", '{"spec": "0f3c6d1e9a7b5c24"}'])
def test_a_damaged_description_of_a_checkpoint_is_refused(
    program: ModuleType, tmp_path: Path, text: str
) -> None:
    train(program, tmp_path, rounds=1)
    (all_checkpoints(tmp_path)[-1] / "state.json").write_text(text)
    with pytest.raises(RunError, match="is damaged"):
        train(program, tmp_path, rounds=2, resume=True)


@pytest.mark.parametrize("keep", [0, 5, 100, -10])
def test_a_damaged_checkpoint_is_refused(program: ModuleType, tmp_path: Path, keep: int) -> None:
    train(program, tmp_path, rounds=1)
    file = all_checkpoints(tmp_path)[-1] / "tensors.safetensors"
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(RunError, match="is damaged"):
        train(program, tmp_path, rounds=2, resume=True)


@pytest.mark.parametrize(
    ("name", "then", "change"),
    [("threads", 7, "threads 7 -> 1"), ("torch", "1.0", rf"torch 1.0 -> {torch.__version__}")],
)
def test_resuming_elsewhere_warns_of_what_differs(
    program: ModuleType, tmp_path: Path, name: str, then: object, change: str
) -> None:
    train(program, tmp_path, rounds=1)
    path = all_checkpoints(tmp_path)[-1] / "state.json"
    about = json.loads(path.read_text())
    about["trained with"][name] = then
    path.write_text(json.dumps(about))
    with pytest.warns(UserWarning) as told:
        train(program, tmp_path, rounds=2, resume=True)
    assert [str(w.message) for w in told] == [f"the run goes on, but not bit for bit: {change}"]


def test_sampling_is_repeatable_and_leaves_training_alone(program: ModuleType) -> None:
    state = program.build(0, torch.device("cpu"))
    state.averages["G"].train()
    noise, weights = state.noise.get_state(), {k: v.clone() for k, v in state.tensors().items()}
    assert torch.equal(program.sample(state, 3, 0), program.sample(state, 3, 0))
    assert not torch.equal(program.sample(state, 3, 0), program.sample(state, 3, 1))
    assert torch.equal(state.noise.get_state(), noise)
    assert all(m.training for n in state.networks.values() for m in n.modules())
    assert all(torch.equal(value, weights[name]) for name, value in state.tensors().items())


@pytest.mark.parametrize("channels", [1, 3])
def test_a_grid_has_its_columns_and_values(tmp_path: Path, channels: int) -> None:
    images = torch.linspace(-1, 1, 3)[:, None, None, None].expand(3, channels, 4, 6)
    save_grid(images, tmp_path / "new" / "grid.png", columns=2, low=-1.0, high=1.0)
    grid = Image.open(tmp_path / "new" / "grid.png")
    assert grid.size == (2 * 8, 2 * 6)
    assert [grid.getpixel((x, y)) for x, y in ((3, 3), (11, 3), (3, 9))] == [
        (value,) * 3 for value in (0, 128, 255)
    ]


def test_a_white_line_stands_between_samples_of_several_images(tmp_path: Path) -> None:
    images = torch.zeros(7, 1, 4, 6)
    save_grid(images, tmp_path / "grid.png", columns=4, low=0.0, high=1.0, together=2)
    grid = np.asarray(Image.open(tmp_path / "grid.png"))
    assert grid.shape == (2 * 6, 4 * 8 + 4, 3)
    white = (grid == 255).all((0, 2))
    assert np.flatnonzero(white).tolist() == [16, 17, 18, 19]
    assert (grid[:, ~white] == 0).all()


def test_images_of_one_sample_stand_in_one_row_of_the_grid() -> None:
    grey, colour = torch.rand(2, 1, 2, 2), torch.rand(2, 3, 4, 4)
    rows = side_by_side([grey, colour])
    assert rows.shape == (4, 3, 4, 4)
    assert torch.equal(rows[1], colour[0]) and torch.equal(rows[3], colour[1])
    assert torch.equal(rows[2, 2, ::2, ::2], grey[1, 0])


def test_truncated_latents_are_normal_within_the_threshold() -> None:
    noise = torch.Generator().manual_seed(0)
    values = truncated_normal((10_000, 2), 1.5, noise)
    assert values.shape == (10_000, 2)
    assert 1.49 < values.abs().max() <= 1.5
    assert values.std().item() == pytest.approx(0.7441, abs=0.01)
    again = truncated_normal((10_000, 2), 1.5, torch.Generator().manual_seed(0))
    assert torch.equal(values, again) and not torch.equal(values[:5000], values[5000:])


def test_frozen_networks_thaw_after_an_error() -> None:
    layer = nn.Linear(2, 2)
    layer.bias.requires_grad_(False)
    with pytest.raises(ZeroDivisionError), frozen(layer):
        assert not layer.weight.requires_grad
        _ = 1 / 0
    assert layer.weight.requires_grad and not layer.bias.requires_grad


def test_backward_moves_only_the_networks_it_names() -> None:
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    loss = second(first(torch.ones(1, 2))).sum()
    backward(loss, second, retain_graph=True)
    assert first.weight.grad is None and second.weight.grad is not None
    backward(loss, first)
    assert first.weight.grad is not None


def test_a_staircase_steps_at_whole_numbers() -> None:
    assert [staircase(4.0, 0.5, t) for t in (-1, 0, 0.9, 1, 1.5, 3)] == [4, 4, 4, 2, 2, 0.5]


def test_schedules_hold_their_ends() -> None:
    for schedule in (linear, cosine, exponential):
        assert [schedule(4.0, 1.0, t) for t in (-1, 0)] == [4.0, 4.0]
        assert [schedule(4.0, 1.0, t) for t in (1, 2)] == [1.0, 1.0]
    halves = [schedule(4.0, 1.0, 0.5) for schedule in (linear, cosine, exponential)]
    assert halves == pytest.approx([2.5, 2.5, 2.0])
