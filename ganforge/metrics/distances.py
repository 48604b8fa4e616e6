"""Distances between two sets of features."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.kid import poly_mmd

SUBSETS, SUBSET_SIZE = 100, 1000
"""As in Bińkowski et al. (2018), section 4."""


class KernelDistance(NamedTuple):
    """Mean and standard deviation over random subsets, and how large these are."""

    mean: float
    std: float
    subset_size: int


class _Computed(nn.Identity):
    """Stands for the extractor where the features are there already."""

    def __init__(self, features: Tensor) -> None:
        super().__init__()
        self.num_features = features.shape[1]


def frechet_distance(real: Tensor, fake: Tensor) -> float:
    """The squared Fréchet distance of two Gaussians fitted to features (N, F) and (M, F).

    `|m - m'|^2 + tr(C + C' - 2 (C C')^(1/2))` (Heusel et al., 2017, equation 6), in float64.
    """
    metric = FrechetInceptionDistance(feature=_Computed(real))
    metric.update(real.double(), real=True)
    metric.update(fake.double(), real=False)
    return metric.compute().item()


def kernel_distance(
    real: Tensor, fake: Tensor, seed: int, subsets: int = SUBSETS, subset_size: int = SUBSET_SIZE
) -> KernelDistance:
    """The squared maximum mean discrepancy of features (N, F) and (M, F), without bias.

    The kernel is `(x·y / F + 1)^3` (Bińkowski et al., 2018, section 3), in float64. A subset is at
    most half of the smaller set, so that subsets differ.
    """
    size = max(2, min(subset_size, len(real) // 2, len(fake) // 2))
    noise, found = torch.Generator().manual_seed(seed), []
    for _ in range(subsets):
        found.append(poly_mmd(_subset(real, size, noise), _subset(fake, size, noise)))
    values = torch.stack(found)
    return KernelDistance(values.mean().item(), values.std(unbiased=False).item(), size)


def _subset(features: Tensor, size: int, noise: torch.Generator) -> Tensor:
    return features[torch.randperm(len(features), generator=noise)[:size]].double()
