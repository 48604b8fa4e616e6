"""PSNR and SSIM, against numbers worked out by hand or in the plainest way."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from ganforge.runtime.fidelity import fidelity, luma, psnr, ssim


def grey(value: int, size: int = 12) -> Tensor:
    return torch.full((1, 1, size, size), value, dtype=torch.uint8)


def noisy(seed: int, channels: int = 1, size: int = 14) -> Tensor:
    stream = torch.Generator().manual_seed(seed)
    return torch.randint(256, (2, channels, size, size), generator=stream).to(torch.uint8)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((0, 0, 0), 16.0),
        ((255, 255, 255), 235.0),
        ((255, 0, 0), 81.481),
        ((0, 255, 0), 144.553),
        ((0, 0, 255), 40.966),
    ],
)
def test_the_luma_goes_from_16_to_235(colour: tuple[int, ...], expected: float) -> None:
    image = torch.tensor(colour, dtype=torch.uint8).view(1, 3, 1, 1)
    assert luma(image).item() == pytest.approx(expected, abs=1e-3)


def test_psnr_is_that_of_the_squared_error() -> None:
    assert psnr(grey(100), grey(110)).item() == pytest.approx(20 * math.log10(255 / 10))
    assert psnr(grey(7), grey(7)).item() == 100


def test_psnr_of_colours_is_that_of_the_luma() -> None:
    one, other = torch.zeros(1, 3, 12, 12, dtype=torch.uint8), torch.zeros(1, 3, 12, 12)
    one[:, 0] = 51  # a fifth of the red
    assert psnr(one, other.to(torch.uint8)).item() == pytest.approx(
        20 * math.log10(255 / (65.481 / 5))
    )


def test_pixels_at_the_edges_are_left_out() -> None:
    image = grey(100, 20)
    image[..., 3, :], image[..., -1] = 0, 255
    assert psnr(image, grey(100, 20), shave=3) < 100
    assert psnr(image, grey(100, 20), shave=4) == 100
    assert ssim(image, grey(100, 20), shave=4).item() == pytest.approx(1)


def test_ssim_of_plain_images_is_that_of_their_means() -> None:
    c1 = 2.55**2
    expected = (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1)
    assert ssim(grey(100), grey(150)).item() == pytest.approx(expected)


def slow_ssim(x: np.ndarray, y: np.ndarray) -> float:
    """Equation 13 of the paper, window by window."""
    places = np.arange(11) - 5
    w = np.exp(-(places[:, None] ** 2 + places[None] ** 2) / (2 * 1.5**2))
    w, c1, c2, found = w / w.sum(), 2.55**2, 7.65**2, []
    for top in range(x.shape[0] - 10):
        for left in range(x.shape[1] - 10):
            a, b = (v[top : top + 11, left : left + 11].astype(float) for v in (x, y))
            ma, mb = (w * a).sum(), (w * b).sum()
            va, vb, cov = (
                (w * d).sum() for d in ((a - ma) ** 2, (b - mb) ** 2, (a - ma) * (b - mb))
            )
            found.append(
                (2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
            )
    return float(np.mean(found))


def test_ssim_is_the_mean_over_windows() -> None:
    x, y = noisy(0), noisy(1) // 2 + noisy(0) // 2
    expected = [slow_ssim(a[0].numpy(), b[0].numpy()) for a, b in zip(x, y, strict=True)]
    torch.testing.assert_close(ssim(x, y), torch.tensor(expected, dtype=torch.float64))


def test_a_log_has_both_for_each_image() -> None:
    x = noisy(2, channels=3)
    found = fidelity(x, {"same": x, "other": noisy(3, channels=3)}, shave=0)
    assert list(found) == ["psnr[same]", "ssim[same]", "psnr[other]", "ssim[other]"]
    assert found["psnr[same]"] == 100 and found["ssim[same]"] == pytest.approx(1)
    assert found["psnr[other]"] < 20
