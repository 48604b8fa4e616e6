"""Relativistic objectives: how much more real one side's scores are than the other's.

Each function is the critic's loss for (real, fake) and the generator's for (fake, real): `higher`
are the scores that shall exceed `lower`. Jolicoeur-Martineau 2018,
https://arxiv.org/abs/1807.00734; the averages are those of its section 4.3 and appendix.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def paired_non_saturating(higher: Tensor, lower: Tensor, scale: float = 1.0) -> Tensor:
    """-log sigmoid(C(x_r) - C(x_f)) (RSGAN, section 4.1), pair by pair."""
    return scale * F.softplus(lower - higher).mean()


def paired_least_squares(higher: Tensor, lower: Tensor, scale: float = 1.0) -> Tensor:
    """(C(x_r) - C(x_f) - 1)^2, pair by pair (section 4.2 with least squares)."""
    return scale * (higher - lower - 1).square().mean()


def paired_hinge(higher: Tensor, lower: Tensor, scale: float = 1.0) -> Tensor:
    """max(0, 1 - (C(x_r) - C(x_f))), pair by pair (section 4.2 with the hinge)."""
    return scale * F.relu(1 - (higher - lower)).mean()


def average_non_saturating(
    higher: Tensor, lower: Tensor, higher_scale: float = 1.0, lower_scale: float = 1.0
) -> Tensor:
    """-log s(C(x_r) - E C(x_f)) - log(1 - s(C(x_f) - E C(x_r))), s the sigmoid (RaSGAN)."""
    above, below = higher - lower.mean(), lower - higher.mean()
    return higher_scale * F.softplus(-above).mean() + lower_scale * F.softplus(below).mean()


def average_least_squares(
    higher: Tensor, lower: Tensor, higher_scale: float = 1.0, lower_scale: float = 1.0
) -> Tensor:
    """(C(x_r) - E C(x_f) - 1)^2 + (C(x_f) - E C(x_r) + 1)^2 (RaLSGAN)."""
    above, below = higher - lower.mean(), lower - higher.mean()
    return higher_scale * (above - 1).square().mean() + lower_scale * (below + 1).square().mean()


def average_hinge(
    higher: Tensor, lower: Tensor, higher_scale: float = 1.0, lower_scale: float = 1.0
) -> Tensor:
    """max(0, 1 - (C(x_r) - E C(x_f))) + max(0, 1 + C(x_f) - E C(x_r)) (RaHingeGAN)."""
    above, below = higher - lower.mean(), lower - higher.mean()
    return higher_scale * F.relu(1 - above).mean() + lower_scale * F.relu(1 + below).mean()
