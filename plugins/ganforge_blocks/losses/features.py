"""Losses over the features of samples."""

from __future__ import annotations

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
