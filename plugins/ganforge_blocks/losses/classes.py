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
