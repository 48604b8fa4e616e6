"""`ganforge eval --separability`: whether a hyperplane of latents tells what images show."""

from __future__ import annotations

import json
import math
import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from click.testing import CliRunner, Result
from torch import Tensor

import ganforge as package
from ganforge.cli.group import cli
from ganforge.metrics.by_latents import separability_records
from ganforge.metrics.extractor import Extractor
from ganforge.metrics.generator import Generator
from ganforge.metrics.opened import Draw, opened_run
from ganforge.metrics.separation import conditional_entropy, sides, surest_half
from ganforge.metrics.spaces import space_of

Command = Callable[..., Result]
METRICS = Path(__file__).parents[2] / "docs" / "metrics.md"
SMALL = ("--size", "16", "--count", "200", "--epochs", "1")

BASE = str(Path(__file__).parents[1] / "small.toml")
SPEC = """
ganforge = 1
extends = "BASE"
[gan]
name = "linear"
[data]
count = 16
[data.fields]
x = { kind = "image", channels = 3, size = 8 }
[latents]
z = { distribution = "normal", size = 4 }
[networks.M]
inputs = ["z"]
layers = [{ block = "linear", out = 5 }]
[networks.G]
inputs = ["w"]
layers = [
  { block = "linear", out = 192, from = "w" },
  { block = "reshape", shape = [3, 8, 8] },
]
[flow]
fake = "G(M(z))"
[train]
rounds = 1
""".replace("BASE", BASE)


@pytest.fixture(scope="module")
def made_here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `runs/stylegan`, whose styles are M(z), and a classifier of attributes."""
    folder = tmp_path_factory.mktemp("separability")
    package.train(SPEC, out=folder / "runs/stylegan")
    out = str(folder / "features/attributes-shapes")
    command = ("train-features", "shapes", "--attributes", "red,large", *SMALL, "--out", out)
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, result.output
    return folder


@dataclass(frozen=True)
class Teller:
    """Stands for a classifier: it tells bright images by how bright they are, and tosses a coin."""

    name = "teller"
    attributes = ("bright", "coin")

    def logits(self, images: Tensor) -> Tensor:
        bright = images.double().mean((1, 2, 3)) - 127.5
        return torch.stack([bright, torch.randn(len(images)).double()], 1)


def results(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["results"]


@pytest.mark.parametrize("value", ["z", "M(z)"])
def test_what_a_latent_decides_costs_nothing_and_what_it_does_not_a_factor_of_two(
    made_here: Path, value: str
) -> None:
    run = opened_run(made_here / "runs/stylegan", None, "cpu")
    generator = Generator(run, space_of(run.compilation, value, "--separability"))
    torch.manual_seed(0)
    records = separability_records(generator, cast(Extractor, Teller()), Draw(4000, 0, 1000))
    whole, bright, coin = (
        records[f"separability[teller, {value}{name}]"] for name in ("", ", bright", ", coin")
    )
    assert bright["value"] == pytest.approx(1, abs=0.05) and bright["told"] > 0.99
    assert coin["value"] == pytest.approx(2, abs=0.02) and coin["told"] < 0.6
    assert whole["value"] == pytest.approx(bright["value"] * coin["value"])
    assert (whole["samples"], whole["kept"], whole["classifier"]) == (4000, 2000, "teller")


def test_a_hyperplane_is_found_where_there_is_one() -> None:
    noise = torch.Generator().manual_seed(0)
    spread = torch.tensor([1, 10, 0.1, 1, 1, 0.0])
    values = torch.randn(400, 6, generator=noise) * spread
    scores = values @ torch.tensor([1.0, -0.2, 4.0, 0, 0, 0]) + 0.5
    values, scores = values[scores.abs() > 0.2] + 5, scores[scores.abs() > 0.2]
    assert torch.equal(sides(values, scores > 0), scores > 0)
    assert sides(values, scores < 1e9).all()


def test_the_hyperplane_has_the_least_loss_that_a_grid_finds() -> None:
    noise = torch.Generator().manual_seed(1)
    values = torch.randn(60, generator=noise).double()
    values = (values - values.mean()) / values.std(unbiased=False)
    labels = values + torch.randn(60, generator=noise) > 0.8
    w, b = torch.linspace(0, 3, 301).double()[:, None], torch.linspace(-3, 3, 601).double()
    y = 2 * labels.double() - 1
    margins = y[:, None, None] * (values[:, None, None] * w + b)
    loss = w**2 / 2 + (1 - margins).clamp(min=0).square().sum(0)
    best = divmod(int(loss.argmin()), len(b))
    threshold = -(b[best[1]] / w[best[0], 0]).item()
    clear = (values - threshold).abs() > 0.03
    found = sides(values[:, None], labels)
    assert torch.equal(found[clear], values[clear] > threshold) and clear.sum() > 50


def test_the_entropy_is_that_of_labels_where_the_side_is_known() -> None:
    labels = torch.tensor([True, True, False, False, True, False, False, False])
    sure = torch.tensor([True, True, False, False, True, False, False, False])
    assert conditional_entropy(labels, sure) == 0
    half = torch.tensor([True, True, True, True, False, False, False, False])
    quarter = -(math.log(1 / 4) / 4 + 3 * math.log(3 / 4) / 4)
    assert conditional_entropy(labels, half) == pytest.approx((math.log(2) + quarter) / 2)
    coin = torch.tensor([True, False] * 4)
    assert conditional_entropy(torch.tensor([True, True, False, False] * 2), coin) == pytest.approx(
        math.log(2)
    )


def test_the_surest_half_is_kept() -> None:
    kept = surest_half(torch.tensor([0.1, -5.0, 0.2, 3.0, -0.3]))
    assert sorted(kept.tolist()) == [1, 3]


def test_a_classifier_learns_attributes_in_place_of_classes(made_here: Path) -> None:
    about = json.loads((made_here / "features/attributes-shapes/features.json").read_text())
    assert (about["name"], about["attributes"]) == ("attributes-shapes", ["red", "large"])
    assert about["accuracies"].keys() == {"red", "large"} and "classes" not in about
    assert about["accuracy"] == pytest.approx(sum(about["accuracies"].values()) / 2)


def test_rows_name_the_classifier_the_tensor_and_the_attribute(
    ganforge: Command, made_here: Path
) -> None:
    run = str(made_here / "runs/stylegan")
    by = ("--attributes", str(made_here / "features/attributes-shapes"))
    arguments = ("eval", run, "--separability", "M(z)", *by, "-n", "24", "--batch", "10")
    result = ganforge(*arguments)
    assert result.exit_code == 0, result.output
    head, *lines = result.stdout.splitlines()
    assert head == f"{run}, round 1"
    rows = [f"separability[attributes-shapes, M(z){of}]" for of in ("", ", red", ", large")]
    assert [line.split("  ")[0] for line in lines] == rows
    assert lines[0].endswith("  12 of 24 samples, seed 0")
    assert all(re.search(r"12 of 24 samples, \d+% with it, seed 0$", line) for line in lines[1:])
    found = results(ganforge(*arguments, "--json"))
    assert list(found) == rows
    for name in rows:
        assert 1 <= found[name]["value"] <= (2 if name != rows[0] else 4)
        assert found[name]["classifier"] == "attributes-shapes"
    kept = json.loads((Path(run) / "metrics/round-000001-M-z-24-0.json").read_text())
    assert kept["attributes"]["accuracies"] and kept["results"] == found


def test_attributes_of_folders_are_learned_from_their_list(ganforge: Command) -> None:
    from PIL import Image

    Path("pictures").mkdir()
    lines = ["image,bright,round"]
    for k in range(12):
        Image.new("RGB", (9, 9), (200 * (k % 2), 10, 10)).save(f"pictures/{k}.png")
        lines.append(f"{k}.png,{k % 2},{k // 6}")
    Path("pictures/attributes.csv").write_text("\n".join(lines) + "\n")
    arguments = ("train-features", "folder:pictures", "--size", "8", "--epochs", "1")
    result = ganforge(*arguments, "--attributes", "round, bright")
    assert result.exit_code == 0, result.output
    assert "attributes-pictures: " in result.stdout and "\n  round: " in result.stdout
    refused = ganforge(*arguments, "--attributes", "old", "--out", "other")
    assert refused.exit_code == 2 and "has no attribute 'old'" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("shapes", "--attributes", "larg"), "did you mean the attribute `large`?"),
        (("shapes", "--attributes", "red,red"), "names `red` twice: name each once"),
        (("idx:.", "--attributes", "red"), "has no attributes: take a data source that has them"),
    ],
)
def test_attributes_that_are_not_there_exit_with_2_and_the_remedy(
    ganforge: Command, arguments: tuple[str, ...], message: str
) -> None:
    result = ganforge("train-features", *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ") and message in result.stderr


def test_what_cannot_be_told_exits_with_2_and_the_reason(
    ganforge: Command, made_here: Path, features: str
) -> None:
    run, z = str(made_here / "runs/stylegan"), ("--separability", "z")
    cases: list[tuple[tuple[str, ...], str]] = [
        (z, "is measured by attributes of images: give the folder that `ganforge train-features"),
        ((*z, "--attributes", features), "tells 10 classes, and no attributes: train one with"),
        (("--attributes", features), "is for `--separability TENSOR`: say of which tensor"),
        (("--separability", "x"), "`--separability x` is made from `x` of the data"),
    ]
    for arguments, message in cases:
        result = ganforge("eval", run, *arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: ") and message in result.stderr


def test_the_commands_of_the_page_run(
    ganforge: Command, made_here: Path, features: str, folder: Path
) -> None:
    shutil.copytree(made_here / "runs", "runs")
    shutil.copytree(features, "features/classifier-shapes")
    section = METRICS.read_text("utf-8").partition("## How latents are entangled")[2]
    (commands,) = re.findall(r"```console\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    for line in commands.splitlines():
        program, name, *arguments = shlex.split(line)
        few = SMALL if name == "train-features" else ("-n", "8")
        result = ganforge(name, *arguments, *few)
        assert program == "ganforge" and result.exit_code == 0, result.output
    assert len(commands.splitlines()) == 3
