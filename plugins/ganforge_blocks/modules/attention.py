"""Attention over the pixels of an image."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """Images (B, C, H, W) plus a gated mean of values of all pixels; the gate starts at 0.

    Zhang et al. 2018, https://arxiv.org/abs/1805.08318, equations 1 to 3, as in the official code:
    keys and values are max-pooled, scores are not scaled. Plain matrix products, so that gradient
    penalties can differentiate twice.
    """

    def __init__(self, channels: int, keys: int, values: int, pool: int = 1) -> None:
        super().__init__()
        self.pool = pool
        self.query = nn.Conv2d(channels, keys, kernel_size=1, bias=False)
        self.key = nn.Conv2d(channels, keys, kernel_size=1, bias=False)
        self.value = nn.Conv2d(channels, values, kernel_size=1, bias=False)
        self.out = nn.Conv2d(values, channels, kernel_size=1, bias=False)
        self.gate = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        query = self.query(x).flatten(2)  # (B, K, HW)
        key = F.max_pool2d(self.key(x), self.pool).flatten(2)
        value = F.max_pool2d(self.value(x), self.pool).flatten(2)
        weights = (query.transpose(1, 2) @ key).softmax(2)  # (B, HW, pooled HW)
        seen = (value @ weights.transpose(1, 2)).unflatten(2, x.shape[2:])
        return x + self.gate * self.out(seen)
