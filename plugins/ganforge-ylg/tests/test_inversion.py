"""`ganforge invert`: what it writes, what it finds, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result
from ganforge_ylg.attention import LocalSparseAttention
from ganforge_ylg.inversion import (
    CannotInvert,
    attention_weights,
    features_before,
    measured,
    pair_of,
    saliency,
    searched,
    weighted_distance,
)
from PIL import Image
from safetensors.torch import load_file

import ganforge
from ganforge.cli.group import cli

SPEC = Path(__file__).parents[1] / "examples" / "ylg-small.toml"
CONDITIONAL = """
ganforge = 1
extends = "cgan"
[gan]
name = "by-class"
[data.fields]
x = { size = 16 }
label = { classes = 4 }
[latents]
z = { size = 8 }
[networks.G]
layers = [
  { block = "linear", out = 256, act = "sigmoid", from = "concat(z, one_hot(y))" },
  { block = "reshape", shape = [1, 16, 16] },
]
[networks.D]
layers = [
  { block = "conv", out = 8, stride = 2, act = "leaky-relu" },
  { block = "self-attention", pool = 2 },
  { block = "global-sum" },
  { block = "linear", out = 1, from = "concat(prev, one_hot(y))" },
]
"""
FEW = ("--steps", "3", "--tries", "2")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of one round: `small` without classes, `by-class` with four, `gan` without attention."""
    folder = tmp_path_factory.mktemp("runs")
    for source in (SPEC, CONDITIONAL, "gan"):
        name = {SPEC: "small", CONDITIONAL: "by-class"}.get(source, source)
        small = {"train.batch": 2}
        ganforge.train(source, small, out=folder / str(name), rounds=1, device="cpu")
    return folder


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "leaf.png"
    Image.linear_gradient("L").resize((16, 16)).convert("RGB").save(path)
    return path


def invert(*arguments: object) -> Result:
    result = CliRunner().invoke(cli, ["invert", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_picture_shows_the_image_and_each_try_and_the_latents_lie_beside_it(
    runs: Path, image: Path
) -> None:
    result = invert(runs / "small", image, *FEW)
    assert result.exit_code == 0, result.output
    picture = runs / "small" / "inverted-leaf.png"
    assert "in the best of 2 tries, pixels" in result.stdout and str(picture) in result.stdout
    assert "note:" not in result.stderr
    with Image.open(picture) as opened:
        assert opened.size == (48, 16)
        assert opened.crop((0, 0, 16, 16)).tobytes() == Image.open(image).tobytes()
    kept = load_file(picture.with_suffix(".safetensors"))
    assert kept["z"].shape == (2, 32) and kept["loss"][0] <= kept["loss"][1]
    made = ganforge.load(runs / "small").networks["G"].eval()(kept["z"])
    shown = torch.frombuffer(bytearray(Image.open(picture).tobytes()), dtype=torch.uint8)
    best = shown.reshape(16, 48, 3)[:, 16:32].permute(2, 0, 1)
    assert torch.equal(((made[0] + 1) * 127.5).round().to(torch.uint8), best)


def test_the_same_seed_finds_the_same_and_another_another(
    runs: Path, image: Path, tmp_path: Path
) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        given = (runs / "small", image, *FEW, "--seed", seed, "--out", tmp_path / f"{name}.png")
        assert invert(*given).exit_code == 0
    found = [load_file(tmp_path / f"{name}.safetensors")["z"] for name in "abc"]
    assert torch.equal(found[0], found[1]) and not torch.equal(found[0], found[2])


def test_nothing_is_replaced_unasked(runs: Path, image: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "a.png")
    (tmp_path / "a.safetensors").write_text("mine")
    refused = invert(runs / "small", image, *FEW, *out)
    assert refused.exit_code == 2 and "a.safetensors exists: `--overwrite`" in refused.stderr
    assert (tmp_path / "a.safetensors").read_text() == "mine"
    assert not (tmp_path / "a.png").exists()
    assert invert(runs / "small", image, *FEW, *out, "--overwrite").exit_code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "a.safetensors", "leaf.png"]


def test_an_image_of_another_size_is_fitted_with_a_note(runs: Path, tmp_path: Path) -> None:
    Image.new("RGB", (40, 24), "green").save(tmp_path / "wide.png")
    result = invert(runs / "small", tmp_path / "wide.png", *FEW)
    assert result.exit_code == 0
    assert "wide.png is 40 x 24, the run sees 16 x 16: cropped and resized" in result.stderr


def test_a_class_is_asked_for_and_kept(runs: Path, image: Path) -> None:
    result = invert(runs / "by-class", image, "--class", 3, *FEW)
    assert result.exit_code == 0, result.output
    kept = load_file(runs / "by-class" / "inverted-leaf.safetensors")
    assert kept["y"].tolist() == [3, 3]
    assert kept["z"].shape == (2, 8)


@pytest.mark.parametrize(
    ("run", "more", "said"),
    [
        ("by-class", (), "say which with `--class`, 0 to 3"),
        ("by-class", ("--class", 4), "there is no class 4: the run has 0 to 3"),
        ("small", ("--class", 1), "leave `--class` out"),
        ("gan", (), "train a spec whose critic has it, such as `ylg` or `sagan`"),
        ("none", (), "none is no run"),
        ("small", ("--out", "a.jpg"), "end it in `.png`"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(
    runs: Path, image: Path, run: str, more: tuple[object, ...], said: str
) -> None:
    result = invert(runs / run, image, "--overwrite", *more)
    assert result.exit_code == 2
    assert said in result.stderr and result.stderr.startswith("error: ")


def test_what_is_no_image_is_refused(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    for name, said in (("text.png", "cannot be read as an image"), ("no.png", "there is no image")):
        result = invert(runs / "small", tmp_path / name)
        assert result.exit_code == 2 and said in result.stderr


def test_an_image_of_the_generator_itself_is_approached(runs: Path) -> None:
    gan = ganforge.load(runs / "small")
    pair = pair_of({name: n.eval() for name, n in gan.networks.items()}, gan.view)
    z = torch.randn(1, 32, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        image = pair.generator(z)
    found = list(searched(pair, image, None, tries=2, steps=60, lr=0.07, seed=0))
    assert found[-1].losses.min() < 0.5 * found[0].losses.min()
    best, images = measured(pair, image, None, found[-1])
    assert best.losses[0] <= best.losses[1]
    start = pair.generator(torch.randn(1, 32, generator=torch.Generator().manual_seed(6)))
    assert (images[0] - image[0]).abs().mean() < (start - image).abs().mean()


def test_saliency_is_the_mean_weight_over_the_queries_that_may_see_a_key(
    masks_of: Callable[[LocalSparseAttention], torch.Tensor],
) -> None:
    attention = LocalSparseAttention(16, 4, 4, heads=2)
    x = torch.randn(2, 16, 4, 4)
    looked_at = saliency(attention, x)
    assert looked_at.shape == (2, 2, 4, 4)
    weights = attention_weights(attention, x)
    assert weights.shape == (2, 2, 16, 4)
    torch.testing.assert_close(weights.sum(3), torch.ones(2, 2, 16))
    seen = masks_of(attention)[1, :, 3]
    assert (weights[0, 1, :, 3] > 0).equal(seen)
    by_hand = weights[0, 1, seen, 3].mean()
    torch.testing.assert_close(looked_at[0, 1, 2:, 2:], by_hand.expand(2, 2))


def test_the_distance_weighs_places_and_adds_heads() -> None:
    a, b = torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    b[0, :, 0, 0], b[0, :, 1, 1] = 2.0, 1.0
    weights = torch.zeros(1, 2, 2, 2)
    weights[0, 0, 0, 0], weights[0, 1, 1, 1] = 0.5, 3.0
    expected = 0.5 * 2 * 3**0.5 + 3 * 3**0.5
    assert weighted_distance(a, b, weights).item() == pytest.approx(expected, rel=1e-5)


def test_features_are_what_the_attention_is_given(runs: Path) -> None:
    gan = ganforge.load(runs / "small")
    pair = pair_of({name: n.eval() for name, n in gan.networks.items()}, gan.view)
    given: list[torch.Tensor] = []
    pair.attention.register_forward_hook(lambda m, inputs, out: given.append(inputs[0]))
    images = torch.rand(2, 3, 16, 16)
    pair.critic(images)
    assert torch.equal(features_before(pair, images, None), given[0])


def test_a_run_without_attention_cannot_be_inverted() -> None:
    gan = ganforge.build("gan")
    with pytest.raises(CannotInvert, match="no network of this run judges images by attention"):
        pair_of(dict(gan.networks), gan.view)
