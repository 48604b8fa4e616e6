"""The built-in metrics: what their declarations name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ganforge.metrics.distances import SUBSETS, frechet_distance, kernel_distance
from ganforge.metrics.figures import Compared
from ganforge.metrics.manifolds import NEIGHBOURS, covered
from ganforge.runtime import fidelity

AT_ONCE = 64
"""Images that are compared with their originals together."""


def fid(compared: Compared) -> float:
    """The squared Fréchet distance of real and generated features."""
    return frechet_distance(compared.real, compared.fake)


def kid(compared: Compared) -> dict[str, Any]:
    """The squared maximum mean discrepancy, with its spread over random subsets."""
    mean, std, size = kernel_distance(compared.real, compared.fake, compared.seed)
    return {"value": mean, "std": std, "subsets": SUBSETS, "subset_size": size}


def precision(compared: Compared) -> dict[str, Any]:
    """The share of samples that lie among real images."""
    return {"value": covered(compared.fake, compared.real), "neighbours": NEIGHBOURS}


def recall(compared: Compared) -> dict[str, Any]:
    """The share of real images that lie among samples."""
    return {"value": covered(compared.real, compared.fake), "neighbours": NEIGHBOURS}


def psnr(compared: Compared) -> dict[str, Any]:
    """The mean peak signal-to-noise ratio of images against their originals, in dB."""
    return _of_pairs(fidelity.psnr, compared)


def ssim(compared: Compared) -> dict[str, Any]:
    """The mean structural similarity of images to their originals."""
    return _of_pairs(fidelity.ssim, compared)


def _of_pairs(
    measure: Callable[[Tensor, Tensor, int], Tensor], compared: Compared
) -> dict[str, Any]:
    """The mean over images, each against its own original, and the convention."""
    parts = zip(
        compared.fake_images.split(AT_ONCE), compared.real_images.split(AT_ONCE), strict=True
    )
    values = torch.cat([measure(image, original, compared.shave) for image, original in parts])
    how = {"channel": "luma (BT.601), 16 to 235", "shave": compared.shave}
    return {"value": values.mean().item(), "deviation": values.std(unbiased=False).item(), **how}


def accuracy(compared: Compared) -> float:
    """The share of samples in which the extractor sees the class that was asked for."""
    assert compared.asked is not None
    return (compared.recognised == compared.asked).double().mean().item()
