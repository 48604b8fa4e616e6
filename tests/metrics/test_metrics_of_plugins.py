"""Metrics that plugins add to `ganforge eval`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Command = Callable[..., Result]
FEW = ("-n", "40", "--batch", "16")

DECLARED = """
from ganforge.plugins import Metric, hookimpl

@hookimpl
def ganforge_register_metrics():
    return [
        Metric("spread", "Mean deviation.", "spread_measure:spread"),
        Metric("broken", "Fails.", "spread_measure:broken"),
        Metric("agreement", "By class.", "spread_measure:agreement", classes=True),
        Metric("brightness", "Of pixels.", "spread_measure:brightness", sees=("images",)),
        Metric("both", "Of both.", "spread_measure:both", sees=("features", "images")),
    ]
"""
MEASURED = """
def spread(compared):
    fake, real = compared.fake.std(0).mean().item(), compared.real.std(0).mean().item()
    return {"value": fake / real, "seeded": compared.seed}

def broken(compared):
    return compared.real

def brightness(compared):
    real, fake = compared.real_images, compared.fake_images
    assert real.shape[1:] == fake.shape[1:] == (1, 16, 16) and str(real.dtype) == "torch.uint8"
    return fake.double().mean().item()

def both(compared):
    assert len(compared.fake_images) == len(compared.fake) == 40
    return len(compared.real_images) / len(compared.real)

def agreement(compared):
    return float((compared.asked == compared.recognised).sum())
"""


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    site = tmp_path / "site"
    info = site / "alpha-2.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: alpha\nVersion: 2.1\n")
    (info / "entry_points.txt").write_text("[ganforge]\nplugin = alpha_spread\n")
    (site / "alpha_spread.py").write_text(DECLARED)
    (site / "spread_measure.py").write_text(MEASURED)
    monkeypatch.syspath_prepend(str(site))
    yield
    for name in ("alpha_spread", "spread_measure"):
        sys.modules.pop(name, None)


def results(result: Result) -> Any:
    return json.loads(result.stdout)["results"]


def test_one_carries_the_name_of_its_extractor(
    ganforge: Command, made: Path, features: str
) -> None:
    run = str(made / "translation")
    result = ganforge(
        "eval", run, "--features", features, *FEW, "--metric", "spread", "--json", "--seed", "4"
    )
    assert result.exit_code == 0
    (record,) = results(result).items()
    assert record[0] == "spread[classifier-shapes]"
    assert record[1]["value"] > 0
    assert (record[1]["seeded"], record[1]["seed"]) == (4, 4)
    assert record[1]["extractor"] == "classifier-shapes"


def test_all_there_are_stand_behind_the_built_in_ones_and_one_that_fails_stops_none(
    ganforge: Command, made: Path, features: str
) -> None:
    run = str(made / "conditional")
    result = ganforge("eval", run, "--features", features, *FEW)
    built_in = ("fid", "kid", "precision", "recall", "accuracy")
    names = [f"{n}[classifier-shapes]" for n in (*built_in, "spread", "agreement", "both")]
    lines = result.stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [*names[:-1], "brightness", names[-1]]
    assert "error: the metric `broken` failed: TypeError: it gives tensor(" in result.stderr
    assert result.exit_code == 1


def test_one_that_needs_classes_is_left_out_or_refused(
    ganforge: Command, made: Path, features: str
) -> None:
    arguments = ("eval", str(made / "translation"), "--features", features, *FEW)
    assert "agreement" not in ganforge(*arguments).stdout
    refused = ganforge(*arguments, "--metric", "agreement")
    assert refused.exit_code == 2
    assert "this run has no agreement: samples are not made by class" in refused.stderr


def test_a_full_name_is_told_as_it_was_asked_for(
    ganforge: Command, made: Path, features: str
) -> None:
    arguments = ("eval", str(made / "conditional"), "--features", features, *FEW, "--json")
    found = results(ganforge(*arguments, "--metric", "alpha/spread"))
    assert list(found) == ["alpha/spread[classifier-shapes]"]


def test_an_unknown_metric_gets_the_nearest(ganforge: Command, made: Path, features: str) -> None:
    arguments = ("eval", str(made / "conditional"), "--features", features)
    result = ganforge(*arguments, "--metric", "spraed")
    assert result.exit_code == 2
    assert "there is no metric `spraed`: did you mean the metric `spread`?" in result.stderr


def test_one_of_images_needs_no_extractor_and_carries_no_name_of_one(
    ganforge: Command, made: Path
) -> None:
    found = ganforge("eval", str(made / "conditional"), *FEW, "--json")
    assert found.exit_code == 0
    assert list(results(found)) == ["brightness"]
    record = results(found)["brightness"]
    assert 0 < record["value"] < 255 and "extractor" not in record
    assert (record["samples"], record["real"]) == (40, 40)


def test_one_of_features_asks_for_an_extractor(ganforge: Command, made: Path) -> None:
    for metric in ("fid", "both"):
        result = ganforge("eval", str(made / "conditional"), *FEW, "--metric", metric)
        assert result.exit_code == 2
        assert f"`--metric {metric}` is measured by features" in result.stderr
    one = ganforge("--no-plugins", "eval", str(made / "conditional"), *FEW)
    assert one.exit_code == 2
    assert "nothing is asked for: say `--features FOLDER`" in one.stderr
