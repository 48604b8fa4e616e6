"""Losses over the features of samples."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def pulling_away(features: Tensor) -> Tensor:
    """The mean squared cosine of the features (B, ...) of different samples; 0 for a batch of one.

    Zhao et al. 2016, https://arxiv.org/abs/1609.03126, equation 5.
    """
    count = len(features)
    unit = F.normalize(features.flatten(1), dim=1)
    squares = (unit @ unit.T).square()
    return (squares.sum() - squares.diagonal().sum()) / max(1, count * (count - 1))


def matched_means(first: list[Tensor], second: list[Tensor]) -> Tensor:
    """|E f(x) - E f(G(z))|^2 over features (B, ...) of real and of generated samples, summed over
    the layers. Salimans et al. 2016, https://arxiv.org/abs/1606.03498, section 3.1.
    """
    means = [(a.detach().mean(0), b.mean(0)) for a, b in zip(first, second, strict=True)]
    return torch.stack([(a - b).square().sum() for a, b in means]).sum()


def matched_samples(first: list[Tensor], second: list[Tensor]) -> Tensor:
    """The mean absolute difference of features (B, ...), sample by sample, summed over the layers.

    Wang et al. 2018, https://arxiv.org/abs/1711.11585, equation 4.
    """
    pairs = zip(first, second, strict=True)
    return torch.stack([F.l1_loss(b, a.detach()) for a, b in pairs]).sum()
