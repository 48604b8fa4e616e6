"""`ganforge eval --path-length`: how much images change on the way between latents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import ganforge as package
from ganforge.errors import CannotStart
from ganforge.metrics.generator import Generator
from ganforge.metrics.opened import opened_run
from ganforge.metrics.paths import lerp, mean_length, path_lengths, perceptual_distance, slerp
from ganforge.metrics.spaces import space_of
from ganforge.runs.loading import load_run

Command = Callable[..., Result]
CASES = Path(__file__).parents[1] / "cases"

BASE = str(Path(__file__).parents[1] / "small.toml")
SPEC = """
ganforge = 1
extends = "BASE"
[gan]
name = "styled"
[params]
psi = 0.5
[data]
count = 16
[data.fields]
x = { kind = "image", channels = 1, size = 8 }
[latents]
z = { distribution = "normal", size = 4 }
bit = { distribution = "bernoulli", size = 2 }
c = { distribution = "categorical", classes = 3 }
[networks.M]
inputs = ["z"]
layers = [
  { block = "linear", out = 6, act = "leaky-relu" },
  { block = "truncation", psi = "psi" },
]
[networks.G]
inputs = ["w", "bit", "c"]
layers = [
  { block = "linear", out = 64, from = "concat(w, bit, one_hot(c))" },
  { block = "reshape", shape = [1, 8, 8] },
  { block = "noise", init = "ones" },
]
[flow]
w = "M(z)"
fake = "G(w, bit, c)"
again = "M(z + z)"
[losses.same]
kind = "reconstruction"
original = "w"
reconstruction = "again"
[train]
rounds = 3
[sample]
images = ["x", "fake"]
""".replace("BASE", BASE)


@pytest.fixture(scope="module")
def styled(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("path") / "run"
    package.train(SPEC, out=folder)
    return str(folder)


def results(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["results"]


def generator(folder: str, wiring: str) -> Generator:
    run = opened_run(Path(folder), None, "cpu")
    return Generator(run, space_of(run.compilation, wiring, "--path-length"))


def squared(one: Tensor, other: Tensor) -> Tensor:
    return ((one - other) ** 2).flatten(1).sum(1)


@given(st.integers(0, 1000), st.floats(0, 1))
def test_slerp_turns_evenly_and_lengths_go_in_a_straight_line(seed: int, at: float) -> None:
    noise = torch.Generator().manual_seed(seed)
    a, b = torch.randn(2, 5, 7, generator=noise, dtype=torch.float64)
    t = torch.full((5,), at, dtype=torch.float64)
    point = slerp(a, b, t)
    assert torch.allclose(point.norm(dim=1), torch.lerp(a.norm(dim=1), b.norm(dim=1), t))

    def angle(one: Tensor, other: Tensor) -> Tensor:
        return torch.cosine_similarity(one, other).clamp(-1, 1).acos()

    assert torch.allclose(angle(a, point), t * angle(a, b), atol=1e-6)
    assert torch.allclose(angle(point, b), (1 - t) * angle(a, b), atol=1e-6)


def test_slerp_goes_from_one_end_to_the_other() -> None:
    a, b = torch.randn(2, 5, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert torch.allclose(slerp(a, b, torch.zeros(5, dtype=a.dtype)), a)
    assert torch.allclose(slerp(a, b, torch.ones(5, dtype=a.dtype)), b)
    assert torch.allclose(slerp(a, 3 * a, torch.full((5,), 0.5, dtype=a.dtype)), 2 * a)


def test_a_linear_map_has_the_length_of_its_differences() -> None:
    noise = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 20_000, 3, generator=noise, dtype=torch.float64)
    matrix = torch.tensor([[1.0, 2.0, 0.0], [0.0, -1.0, 0.5]], dtype=torch.float64)
    t = torch.rand(len(a), generator=noise, dtype=torch.float64)
    found = path_lengths(lambda t: lerp(a, b, t), lambda v: v @ matrix.T, squared, t)
    assert torch.allclose(found, squared(a @ matrix.T, b @ matrix.T), rtol=1e-6)
    # The mean of |A(b - a)|^2 is twice the sum of the squares of A, as b - a is N(0, 2).
    assert found.mean().item() == pytest.approx(2 * (matrix**2).sum().item(), rel=0.03)


def test_steps_are_measured_in_float32_and_the_precision_is_put_back() -> None:
    a, b = torch.zeros(2, 1, 1)
    before, seen = torch.backends.cudnn.allow_tf32, []

    def make(values: Tensor) -> Tensor:
        seen.append(torch.backends.cudnn.allow_tf32)
        return values

    path_lengths(lambda t: lerp(a, b, t), make, squared, torch.zeros(1))
    assert seen == [False, False] and torch.backends.cudnn.allow_tf32 == before


def test_the_length_around_0_is_radius_by_angle() -> None:
    a = torch.tensor([[2.0, 0.0, 0.0]], dtype=torch.float64)
    b = torch.tensor([[1.0, 0.0, 3**0.5]], dtype=torch.float64)  # a sixth of a turn away
    t = torch.tensor([0.3], dtype=torch.float64)
    found = path_lengths(lambda t: slerp(a, b, t), lambda v: v, squared, t)
    assert found.item() == pytest.approx((2 * torch.pi / 3) ** 2, rel=1e-6)


def test_the_mean_leaves_out_the_lowest_and_the_highest_hundredth() -> None:
    lengths = torch.arange(1001.0)[torch.randperm(1001)]
    lengths[lengths == 1000] = 1e9
    assert mean_length(lengths) == 500
    assert mean_length(torch.tensor([1.0, 2.0, 6.0])) == 3


def test_features_count_by_their_direction_at_each_place() -> None:
    one, other = torch.zeros(2, 3, 2, 2), torch.zeros(2, 3, 2, 2)
    one[:, 0], other[:, 0] = 1e3, 5e3
    other[1, :, 0, 0] = torch.tensor([0.0, 7e3, 0.0])  # another direction at one place of four
    found = perceptual_distance([one, one], [other, one])
    assert torch.allclose(found, torch.tensor([0.0, 2 / 4]), atol=1e-6)


def test_features_of_nearly_nothing_are_near_each_other() -> None:
    nothing, little = torch.zeros(1, 3, 1, 1), torch.tensor([0.001, 0, 0]).view(1, 3, 1, 1)
    assert perceptual_distance([nothing], [little]).item() < 2e-4


def test_an_untrained_generator_has_the_length_of_its_weights(folder: Path) -> None:
    linear = SPEC.replace('{ block = "noise", init = "ones" },', "")
    package.train(linear, out="linear", rounds=1)
    made = generator("linear", "w")
    weights = made.loaded.state.networks["G"].state_dict()
    (matrix,) = (w for w in weights.values() if w.ndim == 2)
    a, b = made.values(20, seed=1).double().chunk(2)
    found = path_lengths(
        lambda t: lerp(a, b, t).float(),
        lambda values: made.images(values, seed=5),
        lambda one, other: squared(one.double(), other.double()),
        torch.linspace(0, 1, 10, dtype=torch.float64),
    )
    assert torch.allclose(
        found, squared(a @ matrix[:, :6].T.double(), b @ matrix[:, :6].T.double()), rtol=1e-2
    )


def test_values_are_drawn_as_in_training_and_lead_to_the_samples(styled: str) -> None:
    made, loaded = generator(styled, "w"), load_run(Path(styled), "cpu")
    latents = generator(styled, "z").values(6, seed=3)
    network = loaded.state.networks["M"].eval()
    network.layers[-1].psi = 1
    with torch.no_grad():
        assert torch.equal(made.values(6, seed=3), network(latents))
    images = made.images(made.values(6, seed=3), seed=4)
    assert torch.equal(images, generator(styled, "z").images(latents, seed=4))
    assert not torch.equal(images, made.images(made.values(6, seed=3), seed=5))


def test_truncation_changes_no_figure(ganforge: Command, features: str, folder: Path) -> None:
    found = []
    for psi in (0.5, 1.0):
        spec = SPEC.replace("psi = 0.5", f"psi = {psi}")
        package.train(spec, out=f"psi-{psi}", rounds=1)
        arguments = ("--features", features, "--path-length", "z", "-n", "8", "--json")
        found.append(results(ganforge("eval", f"psi-{psi}", *arguments)))
    assert found[0] == found[1]


def test_rows_name_the_extractor_the_tensor_and_the_part(
    ganforge: Command, styled: str, features: str
) -> None:
    few = ("-n", "20", "--batch", "8", "--seed", "2")
    arguments = ("--features", features, "--path-length", "M(z)", "--path-length", "z", *few)
    result = ganforge("eval", styled, *arguments)
    assert result.exit_code == 0, result.output
    head, *lines = result.stdout.splitlines()
    assert head == f"{styled}, round 3"
    rows = [f"ppl[classifier-shapes, {of}, {p}]" for of in ("M(z)", "z") for p in ("full", "end")]
    assert [line.split("  ")[0] for line in lines] == rows
    assert all(line.endswith("  20 samples, seed 2") for line in lines)
    kept = Path(styled, "metrics/round-000003-classifier-shapes-M-z-z-20-2.json")
    record = json.loads(kept.read_text())
    assert record["extractor"]["name"] == "classifier-shapes"
    first = record["results"][rows[0]]
    assert (first["samples"], first["seed"], first["epsilon"]) == (20, 2, 1e-4)
    assert [record["results"][row]["between"] for row in rows[1:3]] == ["lerp", "slerp"]
    assert first["value"] > 0
    assert results(ganforge("eval", styled, *arguments, "--json")) == record["results"]


def test_samples_are_measured_beside_paths_where_a_metric_is_named(
    ganforge: Command, made: Path, features: str, folder: Path
) -> None:
    run = str(made / "conditional")
    arguments = ("--features", features, "--path-length", "z", "-n", "12", "--json")
    found = results(ganforge("eval", run, *arguments, "--metric", "fid"))
    assert [name.partition("[")[0] for name in found] == ["fid", "ppl", "ppl"]


def test_networks_that_grow_are_measured_at_their_level(
    ganforge: Command, features: str, folder: Path
) -> None:
    package.train(CASES / "growing.toml", out="growing")
    arguments = ("--features", features, "--path-length", "z", "-n", "8", "--json")
    found = results(ganforge("eval", "growing", *arguments))
    assert len(found) == 2 and all(record["value"] > 0 for record in found.values())
    made, loaded = generator("growing", "z"), load_run(Path("growing"), "cpu")
    images = made.images(made.values(3, seed=1), seed=0)
    assert torch.allclose(images, loaded.sample(3, 1), atol=1e-6)


LISTS = (
    SPEC.replace('{ block = "truncation", psi = "psi" },', '{ block = "repeat", count = 2 },')
    .replace('"concat(w, bit,', '"concat(w[0], w[1], bit,')
    .replace('again = "M(z + z)"', 'again = "M(z + z)[0]"')
    .replace('original = "w"', 'original = "w[0]"')
)


def test_a_list_that_repeats_one_tensor_is_that_tensor(folder: Path) -> None:
    package.train(LISTS, out="lists", rounds=1)
    made, loaded = generator("lists", "w"), load_run(Path("lists"), "cpu")
    values, weights = made.values(4, seed=1), loaded.state.networks["M"].eval()
    with torch.no_grad():
        one, other = weights(generator("lists", "z").values(4, seed=1))
    assert torch.equal(one, other) and torch.equal(values, one)
    latents = generator("lists", "z")
    assert torch.equal(made.images(values, 5), latents.images(latents.values(4, seed=1), 5))


def test_a_list_of_several_tensors_is_refused(folder: Path) -> None:
    both = 'both = "M(z)"\nw = "[both[0], 2 * both[1]]"'
    several = LISTS.replace('w = "M(z)"', both)
    package.train(several, out="several", rounds=1)
    with pytest.raises(CannotStart, match="is a list of tensors that are not the same: name the"):
        generator("several", "w")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("ww", "`--path-length ww`: no tensor `ww` is known here"),
        ("x", "is made from `x` of the data: name a latent, or what networks make of latents"),
        ("c", "is a class of 3, and classes have nothing between them"),
        ("bit", "is 0 or 1, with no way between them"),
        ("[z, w]", "is [4, 6]: name one tensor"),
        ("[z, z]", "is no part of the images' making: name what the images are made from"),
        ("fake", "is the images themselves: name what the images are made from, such as `z`"),
        ("again", "is no part of the images' making: name what the images are made from"),
    ],
)
def test_what_no_path_leads_through_exits_with_2_and_the_reason(
    ganforge: Command, styled: str, features: str, value: str, message: str
) -> None:
    result = ganforge("eval", styled, "--features", features, "--path-length", value)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ") and message in result.stderr


def test_images_that_depend_on_a_latent_in_two_ways_are_refused(
    ganforge: Command, features: str, folder: Path
) -> None:
    both = SPEC.replace("G(w, bit, c)", "G(concat(w, z), bit, c)")
    package.train(both, out="both", rounds=1)
    result = ganforge("eval", "both", "--features", features, "--path-length", "w")
    assert result.exit_code == 2
    assert "`z` reaches the images in other ways too: name a tensor that all" in result.stderr


def test_images_made_from_the_data_and_missing_features_are_refused(
    ganforge: Command, made: Path, styled: str, features: str
) -> None:
    result = ganforge("eval", styled, "--path-length", "z")
    assert result.exit_code == 2
    assert "is measured by features: give a classifier's folder with" in result.stderr
    translation = str(made / "translation")
    result = ganforge("eval", translation, "--features", features, "--path-length", "fake")
    assert "`--path-length fake` is made from `a` of the data" in result.stderr
