"""`ganforge sample` shows the run's grid, or the classes and sweeps that it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import Result
from PIL import Image

import ganforge as api

Command = Callable[..., Result]
SPEC = """
ganforge = 1
[gan]
name = "small"
[data]
source = "shapes"
[data.fields]
x = { kind = "image", channels = 1, size = 4 }
label = { kind = "class", classes = 3 }
[latents]
z = { distribution = "normal", size = 2 }
[conditioning]
y = { field = "label" }
[networks.G]
inputs = ["z", "y"]
init = { kind = "normal", std = 1 }
layers = [
  { block = "linear", out = 16, from = "concat(z, one_hot(y))" },
  { block = "tanh" },
  { block = "reshape", shape = [1, 4, 4] },
]
[networks.D]
inputs = ["x", "y"]
layers = [{ block = "linear", out = 1, from = "concat(flatten(x), one_hot(y))" }]
[flow]
fake = "G(z, y)"
[losses.adversarial]
kind = "adversarial"
real = "D(x, label)"
fake = "D(fake, y)"
[train]
batch = 2
rounds = 9
optimizer = { kind = "adam", lr = 2e-4 }
[sample]
images = ["fake"]
"""


@pytest.fixture
def run(ganforge: Command, folder: Path) -> Path:
    (folder / "small.toml").write_text(SPEC)
    assert ganforge("train", "small.toml", "--rounds", "1", "--out", "run").exit_code == 0
    return folder / "run"


def cells(path: Path) -> np.ndarray:
    """A grid as (rows, columns, pixels)."""
    pixels = np.asarray(Image.open(path))[:, :, 0]
    high, wide = pixels.shape[0] // 6, pixels.shape[1] // 6
    return pixels.reshape(high, 6, wide, 6).swapaxes(1, 2).reshape(high, wide, 36)


def grid(ganforge: Command, *arguments: str) -> np.ndarray:
    done = ganforge("sample", "run", "--out", "grid.png", *arguments)
    assert done.exit_code == 0, done.output
    return cells(Path("grid.png"))


def test_each_row_has_its_class_and_each_column_its_latents(ganforge: Command, run: Path) -> None:
    shown = grid(ganforge, "--rows", "y", "-n", "24")
    assert shown.shape == (3, 8, 36)
    assert all((row != shown[0]).any() for row in shown[1:])
    again = grid(ganforge, "--rows", "y", "-n", "48")
    assert (again[:3] == shown).all()
    assert (again[3:] != shown).any()


def test_classes_are_the_rows(ganforge: Command, run: Path) -> None:
    every = grid(ganforge, "--rows", "y", "-n", "24")
    some = grid(ganforge, "--class", "2,0", "-n", "16")
    assert (some == every[[2, 0]]).all()


def test_one_class_fills_the_grid_with_samples_of_their_own(ganforge: Command, run: Path) -> None:
    shown = grid(ganforge, "--class", "1")
    assert shown.shape == (8, 8, 36)
    assert len(np.unique(shown.reshape(64, 36), axis=0)) > 60


def test_a_class_and_a_sweep_stand_together(ganforge: Command, run: Path) -> None:
    shown = grid(ganforge, "--class", "1", "--columns", "z[0]", "-n", "8")
    first = shown[0]
    distances = np.abs(first[1:].astype(int) - first[:-1]).sum(1)
    assert (distances > 0).all()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--class", "3"), "there is no class 3: `y` has 3, from 0 to 2"),
        (("--class", "-1"), "there is no class -1: `y` has 3, from 0 to 2"),
        (("--class", "one"), "'one' is no class: say a number, or several such as 3,5"),
        (("--class", ""), "'' is no class"),
        (("--class", "1", "--rows", "y"), "leave `--class` or `--rows` out"),
        (("--rows", "label"), "`rows` sweeps `label`, which is no condition or latent: "),
        (("--columns", "z[2]"), "its numbers are `z[0]` to `z[1]`"),
        (("--columns", "y[0]"), '`y` is a class, not a list: write `columns = "y"`'),
        (("--rows", "y", "--columns", "y"), "both sweep `y`: sweep something else"),
        (("--rows", 'a"\n]'), "which is no condition or latent"),
        (("--out", "a.txt"), "a.txt is no name of a picture: end it in `.png`"),
        (("--out", "run"), "run is no name of a picture"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(
    ganforge: Command, run: Path, arguments: tuple[str, ...], says: str
) -> None:
    done = ganforge("sample", "run", *arguments)
    assert done.exit_code == 2
    assert says in done.output
    assert not (run / "sample-0.png").exists()


def test_a_model_without_classes_says_so(ganforge: Command, train: Command) -> None:
    train("--rounds", "1", "--out", "run")
    done = ganforge("sample", "run", "--class", "1")
    assert done.exit_code == 2
    assert "`dcgan` has no classes to ask for: leave them out" in done.output


def test_python_asks_for_classes_in_turn(run: Path) -> None:
    gan = api.load(run)
    drawn = gan.sample(4, seed=2, classes=[0, 2])
    assert torch.equal(drawn[1::2], gan.sample(4, seed=2, classes=[2])[1::2])
    assert torch.equal(drawn[::2], gan.sample(4, seed=2, classes=[0])[::2])
    with pytest.raises(api.CannotStart, match="there is no class 7"):
        gan.sample(4, classes=[7])


def test_the_images_of_a_sample_are_named_as_they_stand(ganforge: Command, folder: Path) -> None:
    (folder / "several.toml").write_text(
        SPEC.replace('images = ["fake"]', 'images = ["x", "fake"]')
    )
    assert ganforge("train", "several.toml", "--rounds", "1", "--out", "run").exit_code == 0
    told = ganforge("sample", "run").stdout
    assert told == "samples of round 1 (each from left to right `x`, `fake`): run/sample-0.png\n"
    with Image.open("run/sample-0.png") as grid:
        assert grid.size == (4 * 2 * 6 + 3 * 4, 8 * 6)
