"""Samples beside their originals: logged while training, and measured by `ganforge eval`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from PIL import Image

Command = Callable[..., Result]
BASE = str(Path(__file__).parents[1] / "small.toml")
SPEC = """
ganforge = 1
extends = "BASE"
[data]
holdout = 8
count = 40
[data.fields]
x = { kind = "image", channels = 3, size = 16 }
[networks.G]
layers = [{ block = "upsample" }, { block = "conv", out = 3, act = "tanh" }]
[flow]
small = "downsample(x)"
fake = "G(small)"
plain = "upsample(small)"
[train]
batch = 2
[sample]
images = ["small", "plain", "fake", "x"]
original = "x"
shave = 2
""".replace("BASE", BASE)
NAMES = ["psnr[plain]", "ssim[plain]", "psnr[fake]", "ssim[fake]"]


@pytest.fixture
def train(ganforge: Command) -> Command:
    def run(*arguments: str) -> Result:
        Path("spec.toml").write_text(SPEC)
        return ganforge("train", "spec.toml", "--log-every", "1", *arguments)

    return run


def logged(run: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (Path(run) / "metrics.jsonl").read_text().splitlines()]


def figures(line: dict[str, Any]) -> list[str]:
    return [name for name in line if "[" in name]


def test_the_log_has_figures_where_samples_are_taken(train: Command) -> None:
    train("--out", "a", "--sample-every", "2")
    assert [figures(line) for line in logged("a")] == [[], NAMES, [], NAMES]
    last = logged("a")[-1]
    assert last["psnr[plain]"] == logged("a")[1]["psnr[plain]"]  # no network takes part
    assert last["psnr[fake]"] != logged("a")[1]["psnr[fake]"]


def test_a_round_that_is_sampled_is_logged(train: Command) -> None:
    train("--out", "a", "--sample-every", "3", "--log-every", "100")
    assert [(line["round"], bool(figures(line))) for line in logged("a")] == [
        (1, False),
        (3, True),
        (4, True),
    ]


def test_figures_do_not_disturb_training(train: Command, weights: Callable[[str], bytes]) -> None:
    train("--out", "a", "--sample-every", "1")
    train("--out", "b")
    assert weights("a") == weights("b")


def test_eval_measures_held_out_samples_against_their_originals(
    train: Command, ganforge: Command
) -> None:
    train("--out", "a", "--sample-every", "4")
    done = ganforge("eval", "a", "--json")
    told = json.loads(done.stdout)
    assert (told["images"], told["field"]) == ("held-out images", "x")
    assert list(told["results"]) == ["psnr[plain]", "ssim[plain]", "psnr[fake]", "ssim[fake]"]
    found = told["results"]["psnr[fake]"]
    assert found["samples"] == 8 and found["shave"] == 2 and "BT.601" in found["channel"]
    assert found["value"] == pytest.approx(logged("a")[-1]["psnr[fake]"])  # of the same samples


def test_eval_measures_other_data_and_what_is_asked_for(train: Command, ganforge: Command) -> None:
    train("--out", "a")
    Path("photos").mkdir()
    for k in range(12):
        Image.effect_noise((20, 24), 60).save(f"photos/{k}.png")
    asked = ["--metric", "ssim", "--data", "folder:photos", "--json"]
    told = json.loads(ganforge("eval", "a", *asked).stdout)
    assert list(told["results"]) == ["ssim[plain]", "ssim[fake]"]
    assert told["results"]["ssim[fake]"]["samples"] == 12
    assert told["images"] == "other images"


def test_a_spec_without_an_original_has_no_such_figure(ganforge: Command) -> None:
    Path("spec.toml").write_text(SPEC.partition("original")[0])
    ganforge("train", "spec.toml", "--out", "a")
    done = ganforge("eval", "a", "--metric", "psnr")
    assert done.exit_code == 2
    assert "`psnr` compares samples with their originals, and the spec names none" in done.stderr
