"""`ganforge train` of a spec with stages: one after another in one run, or one alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result
from safetensors.torch import load_file

from ganforge.pipeline import compile_spec
from ganforge.runs.loading import load_run
from ganforge.runs.programs import import_program
from ganforge.runtime.staged import StagedState

Command = Callable[..., Result]
SPEC = Path(__file__).parents[1] / "cases" / "two-stages.toml"
TEXT = SPEC.read_text()
GROWING = SPEC.with_name("growing.toml")
EVERY = ("--log-every", "1")


@pytest.fixture
def train(ganforge: Command) -> Command:
    def run(*arguments: str) -> Result:
        return ganforge("train", str(SPEC), *EVERY, *arguments)

    return run


def metrics(run: str) -> list[dict[str, Any]]:
    lines = (Path(run) / "metrics.jsonl").read_text().splitlines()
    return [
        {k: v for k, v in json.loads(line).items() if k != "images_per_second"} for line in lines
    ]


def tensors(run: str) -> dict[str, torch.Tensor]:
    last = sorted(Path(run).glob("checkpoints/round-*"))[-1]
    return load_file(last / "tensors.safetensors")


@pytest.mark.parametrize("stopped", ["3", "6", "8"])
def test_a_run_goes_on_bit_for_bit_from_within_and_between_stages(
    ganforge: Command, train: Command, weights: Callable[[str], bytes], stopped: str
) -> None:
    train("--out", "whole")
    train("--out", "parts", "--rounds", stopped)
    assert ganforge("train", "parts", "--resume", *EVERY).exit_code == 0
    assert weights("parts") == weights("whole")
    assert metrics("parts") == metrics("whole")


def test_the_log_names_the_stage_and_how_far_it_is(train: Command) -> None:
    shown = train("--out", "a").stderr
    assert "low 50%  round 3  0.012 kimg" in shown and "high 100%  round 11" in shown
    assert [line["stage"] for line in metrics("a")] == ["low"] * 6 + ["high"] * 5
    assert [line["progress"] for line in metrics("a")][5:7] == [1, 0.2]


def test_each_stage_ends_with_a_checkpoint_and_a_picture(train: Command) -> None:
    train("--out", "a")
    assert [p.name for p in sorted(Path("a/checkpoints").iterdir())] == [
        "round-000006",
        "round-000011",
    ]
    assert len(list(Path("a/samples").iterdir())) == 2


def test_a_stage_moves_its_own_networks_alone(train: Command) -> None:
    train("--out", "a")
    ends = sorted(Path("a/checkpoints").iterdir())
    first, last = (load_file(end / "tensors.safetensors") for end in ends)
    weights = [name for name in last if name.startswith("networks.")]
    moved = {name.split(".")[1] for name in weights if not last[name].equal(first[name])}
    assert moved == {"G2", "D2"}


def test_a_stage_is_trained_alone_beside_those_it_builds_on(
    ganforge: Command, train: Command
) -> None:
    refused = train("--out", "a", "--stage", "high")
    assert refused.exit_code == 2
    assert "The stage 'high' needs G1, which 'low' trains" in refused.stderr
    for stage in ("low", "high"):
        assert train("--out", "a", "--stage", stage).exit_code == 0
    low, high = tensors("a/stages/low"), tensors("a/stages/high")
    weight = "networks.G1.layers.0.weight"
    assert high[weight].equal(low[weight])
    assert ganforge("sample", "a", "--count", "2").exit_code == 0


def test_samples_of_a_stage_trained_alone_show_what_others_have_trained(ganforge: Command) -> None:
    for stage in ("level_8", "level_16"):
        rounds = ("--rounds", "2", "--set", "train.batch=4")
        assert ganforge("train", "lapgan", "--out", "a", "--stage", stage, *rounds).exit_code == 0
    first, second = tensors("a/stages/level_8"), tensors("a/stages/level_16")
    shown = [name for name in first if name.startswith("networks.G8.")]
    assert shown and all(second[name].equal(first[name]) for name in shown)
    told = ganforge("sample", "a", "--count", "2").output
    assert "`fake8`, `chain16`)" in told


def test_a_stage_alone_goes_on_bit_for_bit(
    ganforge: Command, train: Command, weights: Callable[[str], bytes]
) -> None:
    train("--out", "a", "--stage", "low")
    train("--out", "b", "--stage", "low", "--rounds", "2")
    ganforge("train", "b", "--stage", "low", "--resume", *EVERY)
    assert weights("a/stages/low") == weights("b/stages/low")


def test_a_run_trains_its_stages_one_after_another_or_one_by_one(
    ganforge: Command, train: Command
) -> None:
    train("--out", "a", "--rounds", "2")
    assert "one after another" in train("--out", "a", "--stage", "low").stderr
    train("--out", "b", "--stage", "low")
    assert "one by one (`low`)" in ganforge("train", "b", "--resume").stderr
    assert "was trained already" in train("--out", "b", "--stage", "low").stderr


def test_an_unknown_stage_is_refused_by_name(ganforge: Command, train: Command) -> None:
    assert "it has `low`, `high`" in train("--out", "a", "--stage", "hihg").stderr
    assert "no `[stages]`" in ganforge("train", "gan", "--stage", "low").stderr


def test_a_stage_starts_from_the_end_of_an_earlier_one(ganforge: Command) -> None:
    again = '[stages.again]\ninit_from = "low"\ntrain = ["G2", "D2"]\n'
    again += 'losses = ["second"]\nrounds = 1\n\n[train]\n'
    Path("spec.toml").write_text(TEXT.replace("[train]\n", again))
    assert ganforge("train", "spec.toml", "--out", "a", *EVERY).exit_code == 0
    kept, last = tensors("a/stages/low"), tensors("a")
    moved = [n for n in kept if n in last and not last[n].equal(kept[n])]
    steps = [(last[n] - kept[n]).abs().max() for n in moved if n.startswith("networks.")]
    assert steps and max(steps) < 3e-4  # one step of Adam with a rate of 2e-4


def test_a_stage_starts_from_the_weights_of_a_run(train: Command, ganforge: Command) -> None:
    train("--out", "before", "--rounds", "6")
    text = TEXT.replace("rounds = 5", 'rounds = 1\ninit_from = "./before"')
    for first, after in (("[stages.low]", "[stages.high]"), ("[losses.first]", "[losses.second]")):
        text = text[: text.index(first)] + text[text.index(after) :]
    Path("spec.toml").write_text(text)
    result = ganforge("train", "spec.toml", "--out", "a", *EVERY)
    assert result.exit_code == 0, result.stderr
    weight = next(name for name in tensors("a") if name.startswith("networks.G1"))
    assert tensors("a")[weight].equal(tensors("before")[weight])


def test_a_run_to_start_from_must_be_there_and_fit(train: Command, ganforge: Command) -> None:
    text = TEXT.replace("rounds = 6", 'rounds = 6\ninit_from = "./other"')
    Path("spec.toml").write_text(text)
    missing = ganforge("train", "spec.toml", "--out", "a")
    assert "other has no checkpoint to start from" in missing.stderr
    ganforge("train", "gan", "--set", "train.batch=2", "--rounds", "1", "--out", "other")
    assert "has none of the networks" in ganforge("train", "spec.toml", "--out", "b").stderr


@pytest.mark.parametrize(("fresh", "kept"), [("", 3.0), ("fresh_optimizers = true", 1.0)])
def test_optimisers_go_on_unless_they_shall_be_fresh(
    ganforge: Command, fresh: str, kept: float
) -> None:
    stages = f"[stages.a]\nrounds = 2\n[stages.b]\nrounds = 1\n{fresh}\n"
    base = (SPEC.parent / "base.toml").read_text().replace("rounds = 10\n", "")
    Path("spec.toml").write_text(base + stages)
    assert ganforge("train", "spec.toml", "--out", "a", *EVERY).exit_code == 0
    assert tensors("a")["optimizers.critic.0.step"].item() == kept


def test_networks_have_an_average_where_a_stage_that_moves_them_has_one() -> None:
    text = TEXT.replace("rounds = 6", "rounds = 6\nema = { decay = 0.5 }")
    module = import_program(compile_spec(text).program().text)
    state = module.build(0, torch.device("cpu"))
    assert set(state.averages) == {"G1"}


@pytest.mark.parametrize("stopped", ["3", "9"])
def test_a_growing_run_goes_on_bit_for_bit_from_the_middle_of_a_fade(
    ganforge: Command, weights: Callable[[str], bytes], stopped: str
) -> None:
    train = ("train", str(GROWING), *EVERY)
    ganforge(*train, "--out", "whole")
    ganforge(*train, "--out", "parts", "--rounds", stopped)
    assert 0 < metrics("parts")[-1]["fade"] < 1
    ganforge("train", "parts", "--resume", *EVERY)
    assert weights("parts") == weights("whole")
    assert metrics("parts") == metrics("whole")


def test_optimisers_are_fresh_at_the_start_of_a_fade_and_at_its_end(ganforge: Command) -> None:
    ganforge("train", str(GROWING), "--out", "a", "--checkpoint-every", "1", *EVERY)
    lines = metrics("a")
    stages = [line["stage"] for line in lines]
    assert list(dict.fromkeys(stages)) == ["grow-0", "grow-1", "grow-2", "finish"]
    rounds = [line["round"] for line in lines if line["stage"] == "grow-2"]
    faded = [line["round"] for line in lines if line["stage"] == "grow-2" and line["fade"] == 1]
    last = tensors("a")["optimizers.generator.0.step"].item()
    after = [line for line in lines if line["stage"] == "finish"]
    assert last == len(faded) - 1 + len(after) and len(faded) < len(rounds)


def test_levels_trained_one_by_one_have_their_layers_alone_and_are_shown_faded_in(
    ganforge: Command,
) -> None:
    for level in (0, 1):
        done = ganforge("train", str(GROWING), "--out", "a", "--stage", f"grow-{level}", *EVERY)
        assert done.exit_code == 0, done.stderr
        held = {name.split(".")[2] for name in tensors(f"a/stages/grow-{level}")}
        assert {f"rgb_{k}" for k in range(3) if f"rgb_{k}" in held} == {
            f"rgb_{k}" for k in range(level + 1)
        }
    state = load_run(Path("a"), "cpu").state
    assert isinstance(state, StagedState)
    assert (state.stage.name, state.fade()) == ("grow-1", 1.0)


def test_the_line_of_a_round_names_stage_level_fade_and_kimg(ganforge: Command) -> None:
    shown = ganforge("train", str(GROWING), "--out", "a", "--log-every", "1").stderr
    assert "\ngrow-1 20%  fade 0.33  round 3  0.012 kimg  " in shown
    assert "\nfinish 100%  level 2  round 20  0.054 kimg  " in shown
    assert {line["stage"]: line["level"] for line in metrics("a")} == {
        **{f"grow-{level}": level for level in range(3)},
        "finish": 2,
    }


@pytest.mark.parametrize("more", [(), ("--stage", "grow-1")])
def test_a_dry_run_tries_every_level_at_its_size_or_one_alone(
    ganforge: Command, more: tuple[str, ...]
) -> None:
    done = ganforge("train", str(GROWING), "--dry-run", *more)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("one round on shapes works: adversarial.critic ")


def test_a_run_of_all_stages_is_resumed_without_naming_one(ganforge: Command) -> None:
    ganforge("train", str(GROWING), "--out", "a", "--rounds", "1")
    refused = ganforge("train", "a", "--resume", "--stage", "grow-0")
    assert refused.exit_code == 2
    assert refused.stderr.endswith("a trains its stages one after another: leave `--stage` out\n")


def test_batches_that_the_option_leaves_as_they_are_are_told(ganforge: Command) -> None:
    base = (SPEC.parent / "base.toml").read_text().replace("rounds = 10\n", "")
    stages = "[stages.a]\nrounds = 1\n[stages.b]\nrounds = 1\nbatch = 3\n"
    Path("spec.toml").write_text(base + stages)
    told = ganforge("train", "spec.toml", "--batch", "2", "--dry-run").stderr
    assert "`stages.b.batch` as the spec has it: say `--set stages.b.batch=2`" in told
    assert "leaves" not in ganforge("train", "spec.toml", "--batch", "3", "--dry-run").stderr
    more = ("--set", "train.players.critic.batch=3", "--batch", "2", "--dry-run")
    assert "`train.players.critic.batch` as the spec" in ganforge("train", "gan", *more).stderr
    assert "leaves" not in ganforge("train", "gan", "--batch", "2", "--dry-run").stderr


def test_a_new_length_of_a_stage_that_is_over_is_told_to_change_nothing(ganforge: Command) -> None:
    ganforge("train", str(GROWING), "--out", "a", "--rounds", "6")
    longer = ("train", "a", "--resume", "--set", "stages.grow.kimg=0.01")
    assert "warning: `grow-0`: over by now, so the new length" in ganforge(*longer).stderr
    later = ("train", "a", "--resume", "--set", "stages.finish.kimg=0.01")
    assert "over by now" not in ganforge(*later).stderr
