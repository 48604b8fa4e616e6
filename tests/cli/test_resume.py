"""`ganforge train --resume`: a run goes on as if it had never been stopped, or becomes longer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]
Weights = Callable[[str], bytes]


@pytest.mark.parametrize(
    "resume",
    [
        ("train", "parts", "--resume"),
        ("train", "--resume", "--out", "parts"),
        ("train", "parts", "--resume", "--out", "parts"),
    ],
)
def test_a_resumed_run_equals_one_that_was_not_stopped(
    ganforge: Command, train: Command, resume: tuple[str, ...], weights: Weights
) -> None:
    train("--rounds", "6", "--out", "whole", "--seed", "3")
    train("--rounds", "3", "--out", "parts", "--seed", "3")
    assert ganforge(*resume, "--rounds", "6").exit_code == 0
    assert weights("parts") == weights("whole")
    assert len(json.loads(Path("parts/run.json").read_text())["resumed"]) == 1


def test_a_spec_named_to_resume_means_its_newest_run(train: Command) -> None:
    train("--rounds", "1")
    train("--rounds", "1")
    result = train("--rounds", "2", "--resume")
    assert "in runs/dcgan-2" in result.stderr
    assert list(Path("runs/dcgan-2/checkpoints").iterdir())


def test_a_checkpoint_of_another_spec_is_refused_and_nothing_changes(
    ganforge: Command, train: Command
) -> None:
    train("--rounds", "1", "--out", "a")
    before = Path("a/spec.toml").read_text(), Path("a/run.json").read_text()
    result = ganforge("train", "gan", "--resume", "--out", "a")
    assert result.exit_code == 2
    assert "a was trained from another spec" in result.stderr
    assert before == (Path("a/spec.toml").read_text(), Path("a/run.json").read_text())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--rounds", "2"), "nothing to do: a already has 3 rounds; raise `--rounds`"),
        (("--kimg", "0.01"), "nothing to do: a already has 3 rounds; raise `--kimg`"),
        (("--set", "train.rounds=3"), "`--set train.rounds=N` makes it longer"),
    ],
)
def test_a_run_that_has_come_that_far_says_so(
    ganforge: Command, train: Command, more: tuple[str, ...], message: str
) -> None:
    train("--rounds", "3", "--out", "a")
    result = ganforge("train", "a", "--resume", *more)
    assert result.exit_code == 0
    assert message in result.stderr


LINEAR = "train.optimizer.lr='linear(2e-4, 0, progress)'"


def test_a_run_is_made_longer_bit_for_bit(
    ganforge: Command, train: Command, weights: Weights
) -> None:
    train("--set", "train.rounds=6", "--out", "whole")
    train("--set", "train.rounds=3", "--out", "parts")
    result = ganforge("train", "parts", "--resume", "--set", "train.rounds=5")
    assert (result.exit_code, "stretch" in result.stderr) == (0, False)
    ganforge("train", "parts", "--resume", "--set", "train.kimg=0.024")  # 6 rounds of 4 images
    assert weights("parts") == weights("whole")
    assert "nothing to do" in ganforge("train", "parts", "--resume").stderr


def test_a_longer_run_says_that_what_follows_progress_stretches(
    ganforge: Command, train: Command
) -> None:
    train("--set", "train.rounds=2", "--out", "a", "--set", LINEAR)
    result = ganforge("train", "a", "--resume", "--set", "train.rounds=4")
    assert result.exit_code == 0
    told = "warning: 2 rounds before, 4 rounds now: the numbers that follow `progress` stretch"
    assert told in result.stderr.splitlines()
    assert "stretch" not in ganforge("train", "a", "--resume").stderr
    assert ganforge("train", "a", "--resume", "--batch", "2").exit_code == 2
