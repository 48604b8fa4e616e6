"""The layer that shows images to an extractor of `ganforge train-features`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

import ganforge as package
from ganforge.metrics.extractor import load_extractor
from ganforge.runtime.errors import RunError

SPEC = """
ganforge = 1
extends = "dcgan"
[params]
size = 16
width = 4
channels = 1
[networks.features]
frozen = true
layers = [{ block = "classifier-features", size = SIZE, layer = "LAYER", folder = "FOLDER" }]
[losses.content]
kind = "reconstruction"
original = "features(x)"
reconstruction = "features(fake)"
"""
Layer = Callable[..., nn.Module]


@pytest.fixture
def layer(features: str) -> Layer:
    """`layer("relu2")`: the network that a spec builds of the extractor."""

    def build(name: str, *, size: int = 16, channels: int = 1, folder: str = features) -> nn.Module:
        text = SPEC.replace("SIZE", str(size)).replace("LAYER", name).replace("FOLDER", folder)
        return package.build(text, {"channels": channels}).networks["features"]

    return build


@pytest.mark.parametrize("place", [1, 2, 4])
def test_its_values_are_those_that_the_extractor_sees(
    layer: Layer, features: str, place: int
) -> None:
    images = torch.rand(3, 1, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    expected = load_extractor(Path(features), "cpu").stages(images)[place - 1]
    torch.testing.assert_close(layer(f"relu{place}")(images), expected)
    assert expected.std() > 0


def test_images_keep_their_own_size(layer: Layer) -> None:
    assert layer("relu2")(torch.zeros(1, 1, 20, 31)).shape == (1, 32, 10, 16)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"size": 32}, "of images of size 16, and the spec says 32: write `size = 16`"),
        ({"channels": 3}, "of images of channels 1, and is given 3: train one with `--channels 3`"),
        ({"folder": "nowhere"}, "nowhere holds no classifier: `ganforge train-features` makes one"),
    ],
)
def test_a_folder_that_does_not_serve_is_told_in_a_sentence(
    layer: Layer, other: dict[str, object], said: str
) -> None:
    network = layer("relu2", **other)
    with pytest.raises(RunError, match=said) as caught:
        for module in network.modules():
            if hasattr(module, "prepare"):
                module.prepare()
    assert str(caught.value).endswith(".")
