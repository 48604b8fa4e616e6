"""Penalties on a critic's score and its gradient."""

from __future__ import annotations

import torch
from torch import Tensor


def gradient_penalty(
    score: Tensor, wrt: Tensor, center: float = 1.0, one_sided: bool = False
) -> Tensor:
    """The mean over samples of (|d score / d wrt| - center)^2; `one_sided` lets smaller norms be.

    Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028, equation 3 (center 1); Mescheder et al.
    2018, https://arxiv.org/abs/1801.04406, equation 9 (center 0, the squared norm).
    """
    (gradient,) = torch.autograd.grad(score.sum(), wrt, create_graph=True)
    squared = gradient.square().flatten(1).sum(1)
    if center == 0:
        return squared.mean()
    # A root at 0 has no finite slope, and a critic that is flat there would get NaN.
    excess = (squared + 1e-12).sqrt() - center
    return (excess.relu() if one_sided else excess).square().mean()


def drift(score: Tensor) -> Tensor:
    """The mean squared score (https://arxiv.org/abs/1710.10196, appendix A.1)."""
    return score.square().mean()
