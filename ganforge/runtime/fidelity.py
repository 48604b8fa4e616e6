"""How near images come to their originals."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

LUMA, BLACK = (65.481, 128.553, 24.966), 16.0
"""What red, green and blue from 0 to 1 add to the luma, and where it begins (ITU-R BT.601)."""
WINDOW, DEVIATION = 11, 1.5
MOST = 100.0
"""The PSNR of images that are the same, in dB: it has no other bound."""


def luma(images: Tensor) -> Tensor:
    """Bytes (B, 1 or 3, H, W) as one channel (B, 1, H, W) of float64: of colours the luma, from 16
    to 235, without rounding; grey as it is.
    """
    values = images.double()
    if images.shape[1] == 1:
        return values
    weights = torch.tensor(LUMA, dtype=values.dtype, device=values.device) / 255
    return BLACK + (values * weights.view(3, 1, 1)).sum(1, keepdim=True)


def within(images: Tensor, shave: int) -> Tensor:
    """Images (B, C, H, W) without `shave` pixels at each edge."""
    return images[:, :, shave : images.shape[2] - shave, shave : images.shape[3] - shave]


def psnr(image: Tensor, original: Tensor, shave: int = 0) -> Tensor:
    """The peak signal-to-noise ratio (B) of each image in dB, at most 100: of bytes (B, C, H, W) by
    their luma, without `shave` pixels at each edge.
    """
    error = within(luma(image) - luma(original), shave).square().mean((1, 2, 3))
    return (10 * torch.log10(255**2 / error)).clamp(max=MOST)


def ssim(image: Tensor, original: Tensor, shave: int = 0) -> Tensor:
    """The structural similarity (B) of each image, at most 1, of the same.

    Wang et al. 2004, https://doi.org/10.1109/TIP.2003.819861, equation 13: the mean over windows of
    11 x 11 pixels that lie inside, weighed by a Gaussian of deviation 1.5.
    """
    x, y = (within(luma(values), shave) for values in (image, original))
    places = torch.arange(WINDOW, dtype=x.dtype, device=x.device) - WINDOW // 2
    line = torch.exp(-places.square() / (2 * DEVIATION**2))
    window = (line.outer(line) / line.sum() ** 2)[None, None]
    mean_x, mean_y, xx, yy, xy = (F.conv2d(v, window) for v in (x, y, x * x, y * y, x * y))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    means = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    spreads = (2 * (xy - mean_x * mean_y) + c2) / (xx - mean_x**2 + yy - mean_y**2 + c2)
    return (means * spreads).mean((1, 2, 3))


def fidelity(original: Tensor, images: Mapping[str, Tensor], shave: int) -> dict[str, float]:
    """The means of both for the log: `psnr[NAME]`, `ssim[NAME]`, for images by their names."""
    measures = {"psnr": psnr, "ssim": ssim}
    return {
        f"{kind}[{name}]": measure(image, original, shave).mean().item()
        for name, image in images.items()
        for kind, measure in measures.items()
    }
