"""Penalties on a critic's score and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def gradient_penalty(
    score: Tensor, wrt: Tensor | Sequence[Tensor], center: float = 1.0, one_sided: bool = False
) -> Tensor:
    """The mean over samples of (|d score / d wrt| - center)^2; `one_sided` lets smaller norms be.
    Several tensors count as one, which holds the values of all.

    Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028, equation 3 (center 1); Mescheder et al.
    2018, https://arxiv.org/abs/1801.04406, equation 9 (center 0, the squared norm).
    """
    # Of a list the score may leave some out: the gradient by these is 0.
    gradients = torch.autograd.grad(score.sum(), wrt, create_graph=True, materialize_grads=True)
    squared = torch.stack([each.square().flatten(1).sum(1) for each in gradients]).sum(0)
    if center == 0:
        return squared.mean()
    # A root at 0 has no finite slope, and a critic that is flat there would get NaN.
    excess = (squared + 1e-12).sqrt() - center
    return (excess.relu() if one_sided else excess).square().mean()


def drift(score: Tensor) -> Tensor:
    """The mean squared score (https://arxiv.org/abs/1710.10196, appendix A.1)."""
    return score.square().mean()
