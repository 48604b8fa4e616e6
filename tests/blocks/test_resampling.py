"""What images of another size are made of."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ganforge.plugins import ShapeError, Tensor


@pytest.fixture
def resampled(blocks, read, apply):
    """`resampled(block, x, mode="fir")`: the function of a block on an image."""

    def resampled(name: str, x: torch.Tensor, **values: object) -> torch.Tensor:
        block, shape = blocks[name], Tensor(tuple(x.shape[1:]))
        return apply(block, read(block, **values), [x], [shape])

    return resampled


def test_fir_spreads_a_pixel_by_1_3_3_1(resampled) -> None:
    x = torch.zeros(1, 1, 4, 4)
    x[0, 0, 1, 1] = 1.0
    large, small = (resampled(name, x, mode="fir") for name in ("upsample", "downsample"))
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 4
    torch.testing.assert_close(large[0, 0, 1:5, 1:5], taps.outer(taps))
    assert large.sum() == 4  # four times as many pixels: the mean stays
    torch.testing.assert_close(
        small[0, 0], torch.tensor([3.0, 1.0]).outer(torch.tensor([3, 1])) / 64
    )


def test_fir_has_zeros_outside(resampled) -> None:
    ones = torch.ones(1, 2, 4, 4)
    large = resampled("upsample", ones, mode="fir")
    torch.testing.assert_close(large[..., 1:-1, 1:-1], torch.ones(1, 2, 6, 6))
    assert large[0, 0, 0, 0] == (3 / 4) ** 2


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("name", ["downsample", "resize"])
def test_what_shrinks_is_not_aliased(resampled, name: str, mode: str) -> None:
    stripes = torch.tensor([1.0, -1.0]).repeat(8).expand(1, 1, 16, 16)
    how = {"scale": 4} if name == "downsample" else {"size": 4}
    small = resampled(name, stripes, mode=mode, **how)
    assert small.shape == (1, 1, 4, 4)
    assert small.abs().max() < 0.13  # single pixels would give 1


@pytest.mark.parametrize(("size", "name"), [(8, "upsample"), (2, "downsample")])
def test_resize_by_fir_doubles_and_halves(resampled, size: int, name: str) -> None:
    x = torch.randn(1, 3, 4, 4)
    expected = resampled(name, x, mode="fir")
    torch.testing.assert_close(resampled("resize", x, size=size, mode="fir"), expected)


@pytest.mark.parametrize(
    ("name", "values"),
    [("upsample", {"scale": 4}), ("downsample", {"scale": 4}), ("resize", {"size": 12})],
)
def test_fir_does_nothing_but_double_and_halve(blocks, read, name: str, values) -> None:
    block = blocks[name]
    with pytest.raises(ShapeError) as caught:
        block.infer(read(block, mode="fir", **values), Tensor((3, 8, 8)))
    assert caught.value.code == "GF115" and caught.value.help


def cubic(x: np.ndarray) -> np.ndarray:
    """Keys' kernel with a = -0.5, as written in his equation 4 and in MATLAB's `imresize`."""
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x <= 2, far, 0))


def imresize(line: np.ndarray, scale: float) -> np.ndarray:
    """A row of pixels as `imresize` resizes it: a kernel as wide as the scale where it shrinks."""
    stretch = min(scale, 1.0)
    places = (np.arange(int(len(line) * scale)) + 0.5) / scale - 0.5
    weights = cubic(stretch * (places[:, None] - np.arange(len(line))))
    return (weights / weights.sum(1, keepdims=True)) @ line


@pytest.mark.parametrize(("name", "factor"), [("downsample", 0.25), ("upsample", 4)])
def test_bicubic_is_that_of_matlab_away_from_the_edges(resampled, name: str, factor) -> None:
    line = np.random.default_rng(0).random(48)
    x = torch.tensor(line).expand(1, 1, 48, 48)
    found = resampled(name, x, scale=4, mode="bicubic")[0, 0, 5].numpy()
    inside = slice(3, -3) if factor < 1 else slice(12, -12)
    np.testing.assert_allclose(found[inside], imresize(line, factor)[inside], atol=1e-6)
