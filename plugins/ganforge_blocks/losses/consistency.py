"""Critics that judge a sample alike however it is shown, and samples alone."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def consistency(first: Tensor, second: Tensor, margin: float = 0.0) -> Tensor:
    """The mean over samples of max(0, |first - second|^2 - margin), (B, ...) each.

    Zhang et al. 2019, https://arxiv.org/abs/1910.12027, algorithm 1, for D(x) and D(T(x)); Zhao et
    al. 2020, https://arxiv.org/abs/2002.04724, algorithm 1, for fakes too; with a margin Wei et al.
    2018, https://arxiv.org/abs/1803.01541, equation 4, for two passes with dropout.
    """
    squared = (first - second).square().flatten(1).sum(1)
    return F.relu(squared - margin).mean()


def non_saturating_judgement(score: Tensor, real: bool) -> Tensor:
    """-log D(x), or -log(1 - D(x)), of logits (https://arxiv.org/abs/1406.2661, equation 1)."""
    return F.softplus(-score if real else score).mean()


def least_squares_judgement(score: Tensor, real: bool) -> Tensor:
    """(D(x) - 1)^2, or D(x)^2 (https://arxiv.org/abs/1611.04076, equation 2)."""
    return (score - float(real)).square().mean()


def wasserstein_judgement(score: Tensor, real: bool) -> Tensor:
    """-D(x), or D(x) (https://arxiv.org/abs/1701.07875, equation 3)."""
    return -score.mean() if real else score.mean()


def hinge_judgement(score: Tensor, real: bool) -> Tensor:
    """max(0, 1 - D(x)), or max(0, 1 + D(x)) (https://arxiv.org/abs/1705.02894, section 3)."""
    return F.relu(1 - score if real else 1 + score).mean()
