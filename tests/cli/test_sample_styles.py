"""`ganforge sample` with other settings than in training, and grids of mixed styles."""

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
BASE = str(Path(__file__).parents[1] / "small.toml")
SPEC = """
ganforge = 1
extends = "BASE"
[gan]
name = "styled"
[params]
psi = 0.7
width = 4
[data.fields]
x = { kind = "image", channels = 1, size = 4 }
[latents]
z = { distribution = "normal", size = 3 }
z2 = { distribution = "normal", size = 3 }
[networks.M]
inputs = ["z"]
layers = [
  { block = "linear", out = "width" },
  { block = "repeat", count = 3 },
  { block = "truncation", psi = "psi" },
]
[blocks.styled]
inputs = ["x", "style"]
layers = [{ block = "conv", out = "width", act = "tanh" }, { block = "adain", style = "style" }]
[networks.G]
inputs = ["w"]
init = { kind = "normal", std = 1 }
layers = [
  { block = "constant", shape = ["width", 4, 4], from = "w[0]" },
  { block = "styled", style = "w[0]" },
  { block = "styled", style = "w[1]" },
  { block = "styled", style = "w[2]" },
  { block = "conv", out = 1, act = "tanh" },
]
[flow]
w = "M(z)"
fake = "G(mix_styles(w, M(z2), probability=0.9))"
[train]
batch = 2
rounds = 9
optimizer = { kind = "adam", lr = 2e-4 }
[sample]
images = ["G(w)"]
""".replace("BASE", BASE)


@pytest.fixture
def run(ganforge: Command, folder: Path) -> Path:
    (folder / "styled.toml").write_text(SPEC)
    assert ganforge("train", "styled.toml", "--rounds", "1", "--out", "run").exit_code == 0
    return folder / "run"


def grid(ganforge: Command, *arguments: str) -> np.ndarray:
    """A grid as (rows, columns, pixels)."""
    done = ganforge("sample", "run", "--out", "grid.png", *arguments)
    assert done.exit_code == 0, done.output
    pixels = np.asarray(Image.open("grid.png"))[:, :, 0]
    high, wide = pixels.shape[0] // 6, pixels.shape[1] // 6
    return pixels.reshape(high, 6, wide, 6).swapaxes(1, 2).reshape(high, wide, 36)


def test_truncation_is_set_where_samples_are_made(ganforge: Command, run: Path) -> None:
    half, none = grid(ganforge, "--set", "psi=0.5"), grid(ganforge, "--set", "psi=0")
    assert (none == none[0, 0]).all()
    assert (half != grid(ganforge)).any()
    path = "networks.M.layers.2.psi=0"
    assert (grid(ganforge, "--set", path) == none).all()


def test_python_sets_what_samples_depend_on(run: Path) -> None:
    images = api.load(run, params={"psi": 0}).sample(2)
    assert torch.equal(images[0], images[1])
    with pytest.raises(api.CannotStart, match="`M` would be another network than was trained"):
        api.load(run, params={"width": 8})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("--set", "width=8"),
            "`M` would be another network than was trained: `--set` may change values of "
            "`[sample]`, `psi` and `first` of `truncation` here",
        ),
        (("--set", "networks.G.layers.4.act=sigmoid"), "`G` would be another network"),
        (("--set", "pse=1"), "did you mean the param `psi`?"),
        (("--styles", "tiny"), "'tiny' is no range of styles: say `coarse`, `middle`, `fine`"),
        (("--styles", "2-1"), "or numbers such as 2-5"),
        (("--styles", "fine"), "takes 3, from 0 to 2: copy those, such as `--styles 1-2`"),
        (("--styles", "0-1", "--rows", "z"), "`--styles` says what rows and columns show"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_a_sentence(
    ganforge: Command, run: Path, arguments: tuple[str, ...], says: str
) -> None:
    done = ganforge("sample", "run", *arguments)
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())


def test_styles_of_rows_are_copied_to_those_of_columns(ganforge: Command, run: Path) -> None:
    shown = grid(ganforge, "--styles", "0-2", "-n", "64")
    assert shown.shape == (9, 9, 36)
    assert (shown[0, 0] == 255).sum() == 16  # a white corner within its black frame
    assert (shown[1:, 1:] == shown[1:, :1]).all()  # all of the styles are the row's
    some = grid(ganforge, "--styles", "1-1", "-n", "64")
    assert (some[0] == shown[0]).all() and (some[1:, 0] == shown[1:, 0]).all()
    assert grid(ganforge, "--styles", "1-1", "-n", "3").shape == (2, 9, 36)
    cells = some[1:, 1:].reshape(64, 36)
    assert len(np.unique(cells, axis=0)) > 60


def test_what_rows_leave_as_it_is_stands_above_its_column(ganforge: Command, run: Path) -> None:
    images = 'sample.images=["G(copy_styles(w, M(z2), end=1))", "G(w)"]'
    shown = grid(ganforge, "--set", images, "--rows", "z2", "--columns", "z")
    assert shown.shape == (9, 8, 36)
    assert (shown[0] == grid(ganforge, "--styles", "0-0")[0, 1:]).all()


def test_a_whole_latent_is_drawn_once_for_each_row(ganforge: Command, run: Path) -> None:
    shown = grid(ganforge, "--rows", "z")
    assert (shown == shown[:, :1]).all()
    assert len(np.unique(shown[:, 0], axis=0)) == 8


GROWING = ("size=16", "nf=[8, 4, 4]", "dim=8", "mapping=1", "train.batch=4")


def test_styles_that_the_generator_has_not_grown_to_are_refused(ganforge: Command) -> None:
    settings = [part for each in GROWING for part in ("--set", each)]
    train = ("train", "stylegan", "--rounds", "1", "--out", "run")
    assert ganforge(*train, *settings).exit_code == 0
    done = ganforge("sample", "run", "--styles", "4-5")
    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == (
        "error: the generator takes none of these styles in the stage `grow-1`, but those of the "
        "numbers 0, 1, 2, 3: copy others, such as `--styles 0-3`"
    )
    assert not Path("run/sample-0.png").exists()
    assert ganforge("sample", "run", "--styles", "3-5", "-n", "2").exit_code == 0


def test_a_model_that_mixes_nothing_says_so(ganforge: Command, train: Command) -> None:
    train("--rounds", "1", "--out", "run")
    done = ganforge("sample", "run", "--styles", "coarse")
    assert done.exit_code == 2
    assert "`dcgan` mixes no styles: leave `--styles` out" in done.output
