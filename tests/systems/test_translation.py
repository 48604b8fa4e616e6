"""CycleGAN and pix2pix at other sizes than the published ones, and what sets them apart."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import torch

import ganforge
from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

TINY = tomllib.loads((Path(__file__).parents[1] / "tiny.toml").read_text())


@pytest.mark.parametrize(
    ("spec", "params"),
    [
        ("cyclegan", {"size": 64}),
        ("cyclegan", {"size": 128, "blocks": 6}),
        ("pix2pix", {"size": 64}),
        ("pix2pix", {"size": 64, "downs": [64, 128, 256, 512, 512, 512]}),
        ("pix2pix", {"size": 96, "downs": [64, 128, 256, 512, 512]}),
    ],
)
def test_other_sizes_are_sound(spec: str, params: dict[str, Any]) -> None:
    assert ganforge.check(spec, params).diagnostics == ()


@pytest.mark.parametrize(
    ("spec", "size", "code", "line"),
    [
        ("cyclegan", 65, "GF304", '{ block = "conv", out = "width", act = "leaky-relu" },'),
        ("pix2pix", 65, "GF105", 'downs = "[min(2**i, 8) * width for i in range(log2(size))]"'),
        ("pix2pix", 96, "GF105", 'downs = "[min(2**i, 8) * width for i in range(log2(size))]"'),
    ],
)
def test_a_size_that_does_not_fit_is_reported_where_it_is_halved(
    spec: str, size: int, code: str, line: str
) -> None:
    first = ganforge.check(spec, {"size": size}).errors[0]
    assert first.code == code
    assert first.span is not None
    assert Path(first.span.file).read_text().splitlines()[first.span.line - 1].strip() == line


def test_a_u_net_that_is_too_deep_is_reported_at_its_layer() -> None:
    report = ganforge.check("pix2pix", {"size": 64, "downs": [8, 8, 8, 8, 8, 8, 8]})
    assert [error.code for error in report.errors] == ["GF304"]
    assert "do not divide 1 x 1 by 2" in report.errors[0].message


@pytest.mark.parametrize(("size", "blocks"), [(256, 3), (128, 2), (64, 1), (32, 0)])
def test_dropout_is_in_as_many_blocks_as_in_the_authors_code(size: int, blocks: int) -> None:
    network = ganforge.build("pix2pix", {"size": size, "width": 2}).networks["G"]
    names = [type(module).__name__ for module in network.modules()]
    assert names.count("AlwaysDropout") == blocks


def test_dropout_makes_other_pictures_of_the_same_images() -> None:
    module = import_program(compile_spec("pix2pix", ["size=64", "width=2"]).program().text)
    state = module.build(0, torch.device("cpu"))
    real = {name: torch.randint(256, (2, 3, 64, 64), dtype=torch.uint8) for name in "ab"}
    first, again, other = (module.sample(state, real, 2, seed) for seed in (0, 0, 1))
    assert first.equal(again)
    assert first[::3].equal(other[::3]) and first[2::3].equal(other[2::3])
    assert not first[1::3].equal(other[1::3])


@pytest.mark.parametrize("spec", ["cyclegan", "pix2pix"])
def test_gradients_reach_every_weight(spec: str) -> None:
    overrides = [f"{key}={value}" for key, value in TINY[spec].items()]
    module = import_program(compile_spec(spec, overrides).program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    module.train_round(state, *module.draw(state, data))
    for name, network in state.networks.items():
        for key, weight in network.named_parameters():
            assert weight.grad is not None and weight.grad.any(), f"{name}.{key}"


def test_networks_are_called_in_the_order_of_their_inputs() -> None:
    cyclegan = ganforge.build("cyclegan", {"size": 32, "width": 2, "blocks": 1}).networks
    images = torch.rand(2, 3, 32, 32)
    assert cyclegan["G_ba"](cyclegan["G_ab"](images)).shape == images.shape
    pix2pix = ganforge.build("pix2pix", {"size": 32, "width": 2}).networks
    assert pix2pix["D"](images, pix2pix["G"](images)).shape == (2, 1, 2, 2)
