"""Crops, flips and dequantization: per sample, alike in pairs, and none outside of training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ganforge.pipeline import compile_spec
from ganforge.runtime.crops import Cropped, dequantized, random_crop, random_flip
from ganforge.runtime.data import Data, next_batch

TWO = Path(__file__).with_name("two-images.toml").read_text()
PAIRS = (
    *("data.load_size=12", "data.crop=random", "data.flip=true"),
    *("data.fields.a.channels=3", "data.fields.b.channels=3", "train.reuse=true"),
    "networks.G.layers=[{ block = 'conv', out = 3, act = 'tanh' }]",
)
Program = Callable[..., Any]


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def coordinates(count: int, height: int, width: int) -> torch.Tensor:
    """Images (count, 3, height, width) whose channels are sample, row and column."""
    axes = torch.meshgrid(*map(torch.arange, (count, height, width)), indexing="ij")
    return torch.stack(axes, 1).to(torch.uint8)


@given(st.integers(0, 99), st.integers(1, 5), st.integers(1, 7), st.integers(1, 5))
def test_a_crop_is_a_window_of_its_sample(seed: int, count: int, height: int, width: int) -> None:
    whole = coordinates(count, 7, 5)
    part = random_crop({"x": whole}, ["x"], (height, width), noise(seed))["x"]
    for k, window in enumerate(part):
        top, left = window[1, 0, 0], window[2, 0, 0]
        assert torch.equal(window, whole[k, :, top : top + height, left : left + width])


def test_every_window_is_drawn_about_equally_often() -> None:
    part = random_crop({"x": coordinates(250, 4, 5)}, ["x"], (2, 4), noise())["x"]
    corners = part[:, 1:, 0, 0].unique(dim=0, return_counts=True)
    assert corners[0].tolist() == [[top, left] for top in range(3) for left in range(2)]
    assert corners[1].min() > 20


def test_pairs_are_cropped_and_flipped_alike() -> None:
    whole = coordinates(40, 6, 6)
    real = {"a": whole, "b": whole + 100}
    real |= random_crop(real, ["a", "b"], (3, 3), noise())
    real |= random_flip(real, ["a", "b"], noise(1))
    assert torch.equal(real["a"] + 100, real["b"])


def test_half_of_the_images_are_mirrored() -> None:
    whole = coordinates(200, 2, 3)
    flipped = random_flip({"x": whole}, ["x"], noise())["x"]
    mirrored = (flipped != whole).flatten(1).any(1)
    assert 70 < mirrored.sum() < 130
    assert torch.equal(flipped[mirrored].flip(3), whole[mirrored])
    assert torch.equal(flipped[~mirrored], whole[~mirrored])


def test_dequantized_bytes_fill_the_range_evenly() -> None:
    whole = torch.arange(256, dtype=torch.uint8).repeat(400).reshape(1, 1, 320, 320)
    spread = dequantized({"x": whole}, ["x"], noise())["x"]
    assert torch.equal((spread * 256 / 255).floor().clamp(max=255).to(torch.uint8), whole)
    assert spread.min() >= 0 and spread.max() <= 255
    assert spread.mean() == pytest.approx(127.5, abs=0.1)


def test_what_is_read_outside_of_training_is_the_centre() -> None:
    whole = coordinates(4, 6, 8)
    data = Cropped(Data(4, lambda index: {"x": whole[index]}), {"x": (2, 4)}, margins=True)
    assert torch.equal(data.read([0, 3])["x"], whole[[0, 3], :, 2:4, 2:6])
    assert data.visit(0, 3, seed=0)["x"].shape == (3, 3, 6, 8)
    centred = Cropped(data.data, {"x": (2, 4)}, margins=False)
    assert centred.visit(0, 3, seed=0)["x"].shape == (3, 3, 2, 4)


@pytest.fixture
def cropped(program_of: Program) -> Program:
    """`cropped("data.flip=false")`: the program of pairs that are cropped and flipped, changed."""
    return lambda *overrides: program_of(TWO, *PAIRS, *overrides)


def drawn(module: Any, source: str, rounds: int = 1) -> tuple[torch.Tensor, ...]:
    state = module.build(0, torch.device("cpu"))
    data = module.open_data(source)
    for _ in range(rounds):
        state.start_round()
        state.round += 1
        batch = module.draw(state, data)
    return tuple(batch[:2])


def test_training_takes_crops_of_pairs_and_samples_their_centre(
    tmp_path: Path, cropped: Program
) -> None:
    ramp = np.add.outer(np.arange(12), np.arange(12)).astype(np.uint8)
    for name in "ab":
        (tmp_path / name).mkdir()
        Image.fromarray(ramp).save(tmp_path / name / "1.png")
    module, source = cropped(), f"folder:{tmp_path}"
    first, second = drawn(module, source), drawn(module, source, rounds=2)
    for a, b in (first, second):
        assert a.shape == (4, 3, 8, 8) and torch.equal(a, b)
    assert not torch.equal(first[0], second[0])
    centre = module.open_data(source).read([0])["a"][0, 0]
    assert torch.equal(centre, torch.from_numpy(ramp[2:10, 2:10]))


def test_domains_are_cropped_each_on_its_own(tmp_path: Path, cropped: Program) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        ramp = np.arange(144).reshape(12, 12).astype(np.uint8)
        Image.fromarray(ramp).save(tmp_path / name / "1.png")
    a, b = drawn(cropped("data.paired=false"), f"folder:{tmp_path}")
    assert not torch.equal(a, b)


def test_resuming_draws_the_same_crops(cropped: Program) -> None:
    module = cropped()
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.round, state.drawn = 7, 28
    twice = []
    for _ in range(2):
        state.start_round()
        state.drawn = 28
        twice.append(module.draw(state, data)[0])
    assert torch.equal(*twice)


def test_a_program_without_crops_has_none() -> None:
    text = compile_spec("dcgan").program().text
    assert "read_batch" not in text and "Cropped" not in text
    flipped = compile_spec("dcgan", ["data.flip=true"]).program().text
    assert "random_flip" in flipped and "Cropped" not in flipped and "random_crop" not in flipped


def test_dequantized_images_keep_the_range_of_their_field(cropped: Program) -> None:
    module = cropped("data.dequantize=true", "data.flip=false", "data.fields.a.range=[0, 1]")
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.start_round()
    a, b, *_ = module.draw(state, data)
    assert 0 <= a.min() < a.max() < 1 and -1 <= b.min() < b.max() < 1
    assert len(a.unique()) > 0.9 * a.numel()
    assert next_batch(state, data, 4)["a"].dtype == torch.uint8
