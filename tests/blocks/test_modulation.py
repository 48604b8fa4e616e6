"""Modulated convolutions equal weights that are made for each sample by itself."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from ganforge.plugins import ShapeError
from ganforge.plugins import Tensor as Shaped

IMAGE, VECTOR = Shaped((6, 5, 4)), Shaped((7,))


@pytest.fixture
def layer(blocks, read, execute):
    """`layer(out=3)`: the module of the block on images of 6 channels and styles of 7 numbers."""

    def layer(**values):
        torch.manual_seed(0)
        block = blocks["modulated-conv"]
        return execute(block.module(read(block, **values), IMAGE, VECTOR))

    return layer


def enlarged(x: Tensor, weight: Tensor) -> Tensor:
    """The formula of `up = 2`: zeros between the pixels, the weights turned round, the filter."""
    spread = torch.zeros(1, x.shape[1], 2 * x.shape[2] - 1, 2 * x.shape[3] - 1)
    spread[:, :, ::2, ::2] = x
    reach = weight.shape[2] - 1
    h = F.conv2d(F.pad(spread, [reach] * 4), weight.flip(2, 3))
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 4
    h = F.pad(h, [3] * 4)  # all that the filter reaches; the middle of it stays
    h = torch.stack([F.conv2d(one[None, None], taps.outer(taps)[None, None])[0, 0] for one in h[0]])
    cut = (h.shape[1] - 2 * x.shape[2]) // 2
    return h[None, :, cut : cut + 2 * x.shape[2], cut : cut + 2 * x.shape[3]]


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("up", [1, 2])
@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
def test_each_sample_is_convolved_with_weights_of_its_own(layer, demodulate, up, kernel) -> None:
    module = layer(out=3, kernel=kernel, up=up, demodulate=demodulate)
    x, style = torch.randn(3, *IMAGE.shape), torch.randn(3, *VECTOR.shape)
    results = []
    for one, own in zip(x, style, strict=True):
        scale = 1 + module.affine.weight @ own + module.affine.bias
        weight = module.conv.weight * scale[None, :, None, None]
        if demodulate:
            weight = weight / (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
        same = F.conv2d(one[None], weight, padding=kernel // 2)
        results.append(enlarged(one[None], weight) if up == 2 else same)
    torch.testing.assert_close(module(x, style), torch.cat(results), rtol=1e-4, atol=1e-5)


def test_demodulation_keeps_the_deviation_of_features(layer) -> None:
    x, style = torch.randn(16, 6, 64, 64), 3 * torch.randn(16, 7)
    given = layer(out=8)(x, style)[:, :, 1:-1, 1:-1]
    torch.testing.assert_close(given.std((2, 3)), torch.ones(16, 8), rtol=0, atol=0.1)


def test_styles_start_around_one_and_are_learned_with_any_weights(layer) -> None:
    from ganforge_blocks.weights import equalized

    module = equalized(layer(out=4))
    assert module.affine.bias.eq(0).all()
    x, neutral = torch.randn(2, *IMAGE.shape), torch.zeros(2, 7)
    weight = module.conv.weight
    norm = weight.square().sum((1, 2, 3), keepdim=True).sqrt()
    torch.testing.assert_close(module(x, neutral), F.conv2d(x, weight / norm, padding=1))


@pytest.mark.parametrize("up", [1, 2])
def test_it_can_be_differentiated_twice(layer, up) -> None:
    module = layer(out=2, up=up).double()
    x = torch.randn(2, 6, 3, 3, dtype=torch.float64, requires_grad=True)
    style = torch.randn(2, 7, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(module, (x, style))


@pytest.mark.parametrize(
    ("values", "shapes", "code"),
    [
        ({"kernel": 4}, (IMAGE, VECTOR), "GF304"),
        ({"up": 3}, (IMAGE, VECTOR), "GF115"),
        ({}, (IMAGE, IMAGE), "GF314"),
        ({}, (VECTOR, VECTOR), "GF301"),
        ({}, (IMAGE, Shaped((), classes=3)), "GF503"),
    ],
)
def test_what_it_cannot_take_is_refused(blocks, read, values, shapes, code) -> None:
    block = blocks["modulated-conv"]
    with pytest.raises(ShapeError) as caught:
        block.infer(read(block, out=4, **values), *shapes)
    assert caught.value.code == code and caught.value.help
