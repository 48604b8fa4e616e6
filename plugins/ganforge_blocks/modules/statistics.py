"""Statistics of a batch as features."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def minibatch_stddev(x: Tensor, group: int = 0, channels: int = 1, eps: float = 1e-8) -> Tensor:
    """Images (B, C, H, W) with `channels` more, which say how much samples of a group differ.

    Each is the deviation over `group` samples (0: the whole batch), averaged over its share of the
    channels and all pixels; a batch that groups do not divide is split into smaller ones. Karras et
    al., 2017, https://arxiv.org/abs/1710.10196, section 3; groups as in their code.
    """
    batch, _, height, width = x.shape
    group = math.gcd(batch, group) if group else batch
    grouped = x.reshape(group, -1, channels, x.shape[1] // channels, height, width)
    deviation = (grouped.var(0, unbiased=False) + eps).sqrt()
    feature = deviation.mean((2, 3, 4)).repeat(group, 1)  # (B, channels)
    return torch.cat([x, feature[:, :, None, None].expand(-1, -1, height, width)], dim=1)
