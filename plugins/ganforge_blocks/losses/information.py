"""How well latents can be told from a sample made from them: the negative bound L_I of InfoGAN.

Chen et al. 2016, https://arxiv.org/abs/1606.03657, equation 5, in nats. The entropies of the
latents are constant and left out.
"""

from __future__ import annotations

import torch
from torch import Tensor


def information(*codes: Tensor) -> Tensor:
    """-log Q(c | x) of all codes together, which Q takes as independent."""
    return torch.stack(codes).sum()


def gaussian_code(mean: Tensor, code: Tensor) -> Tensor:
    """-log Q(u | x) for N(mean, 1), without its constant, the mean over samples (B, ...)."""
    return 0.5 * (code - mean).square().flatten(1).sum(1).mean()


def gaussian_code_with_variance(guess: Tensor, code: Tensor) -> Tensor:
    """-log Q(u | x) for a normal distribution whose mean and log variance are the halves of `guess`
    (B, 2 N, ...), without its constant.
    """
    mean, log_variance = guess.chunk(2, 1)
    squared = (code - mean).square() * torch.exp(-log_variance)
    return 0.5 * (squared + log_variance).flatten(1).sum(1).mean()
