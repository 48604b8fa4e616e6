"""`ganforge sample RUN --input` where the data are tiles: photographs in their own size."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image

import ganforge as package
from ganforge.runs import photographs
from ganforge.runtime.fidelity import psnr
from ganforge.runtime.images import pixels_of

Command = Callable[..., Result]
BASE = str(Path(__file__).parents[1] / "small.toml")
SPEC = """
ganforge = 1
extends = "BASE"
[gan]
name = "larger"
[data]
load_size = 40
tiles = true
crop = "random"
[data.fields]
x = { kind = "image", channels = 3, size = 32 }
[networks.G]
layers = [
  { block = "conv", out = 8, act = "relu" },
  { block = "conv", out = 12 },
  { block = "pixel-shuffle" },
]
[flow]
small = "downsample(x, mode='bicubic')"
low = "(small + 1) / 2"
fake = "G(low)"
[train]
batch = 2
rounds = 2
optimizer = { kind = "adam", lr = 2e-4 }
[sample]
images = ["upsample(small, mode='bicubic')", "fake", "x"]
original = "x"
shave = 2
""".replace("BASE", BASE)


@pytest.fixture
def run() -> Path:
    return package.train(SPEC, out="run")


@pytest.fixture
def photograph() -> np.ndarray:
    stream = np.random.default_rng(0)
    pixels = stream.integers(0, 256, (101, 70, 3), np.uint8)
    Image.fromarray(pixels).resize((140, 202)).save("photo.png")
    return np.asarray(Image.open("photo.png"))


def written(path: str) -> np.ndarray:
    return np.asarray(Image.open(path)).astype(int)


def test_a_photograph_becomes_larger(run: Path, photograph: np.ndarray, ganforge: Command) -> None:
    done = ganforge("sample", "run", "--input", "photo.png", "--out", "large.png")
    assert done.output == "1 image translated: large.png\n"
    assert Image.open("large.png").size == (280, 404)


def test_tiles_make_what_the_whole_photograph_makes(
    run: Path, photograph: np.ndarray, ganforge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    ganforge("sample", "run", "--input", "photo.png", "--out", "whole.png")
    monkeypatch.setattr(photographs, "SIDE", 96)
    monkeypatch.setattr(photographs, "OVERLAP", 32)
    ganforge("sample", "run", "--input", "photo.png", "--out", "tiles.png")
    assert np.abs(written("tiles.png") - written("whole.png")).max() <= 1


def test_an_original_is_made_again_and_measured(
    run: Path, photograph: np.ndarray, ganforge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(photograph[:, :139]).save("photo.png")  # an odd column is left out
    monkeypatch.setattr(photographs, "SIDE", 96)
    monkeypatch.setattr(photographs, "OVERLAP", 32)
    done = ganforge("sample", "run", "--input", "x=photo.png", "--out", "again.png")
    assert Image.open("again.png").size == (138, 202)
    told = dict(re.findall(r"(psnr\[.*?\]) ([\d.]+)", done.output))
    made, original = (pixels_of(Image.open(f))[None] for f in ("again.png", "photo.png"))
    expected = psnr(made, original[..., :138], shave=2).item()
    assert float(told["psnr[fake]"]) == pytest.approx(expected, rel=1e-3)
    assert "psnr[upsample(small, mode='bicubic')]" in done.output


def test_a_photograph_that_is_too_small_is_made_and_not_measured(
    run: Path, ganforge: Command
) -> None:
    Image.effect_noise((14, 14), 60).save("photo.png")
    done = ganforge("sample", "run", "--input", "x=photo.png", "--out", "again.png")
    assert "photo.png: too small to be measured" in done.output and Image.open(
        "again.png"
    ).size == (14, 14)


@pytest.mark.parametrize("name", ["low", "fake", "nothing"])
def test_what_cannot_be_given_is_told(
    run: Path, photograph: np.ndarray, ganforge: Command, name: str
) -> None:
    done = ganforge("sample", "run", "--input", f"{name}=photo.png")
    assert done.exit_code == 2
    assert f"`{name}` is nothing that `fake` can be made from" in done.stderr
    assert "say `--input small=PATH` or `--input x=PATH`" in done.stderr


def test_networks_for_one_size_are_told(photograph: np.ndarray, ganforge: Command) -> None:
    one_size = '{ block = "linear", out = 3072 }, { block = "reshape", shape = [3, 32, 32] },'
    layers = SPEC[SPEC.index('  { block = "conv", out = 8') : SPEC.index("]\n[flow]")]
    package.train(SPEC.replace(layers, f"  {one_size}\n"), out="run")
    done = ganforge("sample", "run", "--input", "photo.png")
    assert done.exit_code == 2
    assert "the networks are made for images of one size" in done.stderr
