"""Losses that ask a network to tell classes."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def auxiliary_class(logits: Tensor, target: Tensor) -> Tensor:
    """The mean cross entropy (nats) of logits (B, K) with classes (B); -1, unlabelled, is skipped.

    Odena et al. 2016, https://arxiv.org/abs/1610.09585, equation 3. 0 where nothing is labelled.
    """
    labelled = (target >= 0).sum().clamp(min=1)
    return F.cross_entropy(logits, target, ignore_index=-1, reduction="sum") / labelled


def attributes(logits: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The binary cross entropy (nats) of logits (B, K) with attributes (B, K), 1 or 0.

    Choi et al. 2018, https://arxiv.org/abs/1711.09020, equations 2 and 3, for several attributes as
    in their code: the sum over them and the mean over samples, or the mean over both.
    """
    total = F.binary_cross_entropy_with_logits(logits, target, reduction="sum")
    return total / (len(target) if reduction == "sum" else target.numel())


def noisy_class(probabilities: Tensor, target: Tensor) -> Tensor:
    """The mean cross entropy (nats) of p(noisy class) (B, K) with noisy classes (B); -1 is skipped.

    The forward correction of Kaneko et al. 2018, https://arxiv.org/abs/1811.11165, equation 5, and
    1e-8 in the logarithm as in their code.
    """
    labelled = (target >= 0).sum().clamp(min=1)
    logarithms = (probabilities + 1e-8).log()
    return F.nll_loss(logarithms, target, ignore_index=-1, reduction="sum") / labelled


def redrawn_odds(logits: Tensor, rate: float) -> Tensor:
    """p(noisy class) (B, K) from logits of clean ones (B, K), each drawn anew with `rate`."""
    return (1 - rate) * logits.softmax(1) + rate / logits.shape[1]


def exchanged_odds(logits: Tensor, pairs: list[tuple[int, int]], rate: float) -> Tensor:
    """p(noisy class) (B, K) from logits of clean ones (B, K), where for each pair the first becomes
    the second with `rate`.
    """
    clean = logits.softmax(1)
    noisy = clean.clone()
    for old, new in pairs:
        moved = rate * clean[:, old]
        noisy[:, old] -= moved
        noisy[:, new] += moved
    return noisy


def drawn_odds(logits: Tensor, transition: Tensor) -> Tensor:
    """p(noisy class) (B, K) from logits of clean ones (B, K); transition (K, K) has a row for each
    clean class.
    """
    return logits.softmax(1) @ transition.to(logits)
