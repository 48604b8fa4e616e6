# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the authors of ganforge-ylg
"""The attention layer of Your Local GAN."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganforge_ylg.patterns import head_kinds, head_pattern


class LocalSparseAttention(nn.Module):
    """(B, C, H, W) -> (B, C, H, W): x + sigma * attention, sigma starting at 0.

    Queries are all H W places; keys and values are max-pooled to H/2 x W/2. Each head sees the keys
    that its pattern allows; the pattern of a query is that of the key cell of its index modulo the
    number of keys, as in the authors' code. Daras et al. 2019, https://arxiv.org/abs/1911.12287.
    """

    def __init__(
        self,
        channels: int,
        height: int,
        width: int,
        heads: int = 8,
        steps: tuple[str, ...] = ("floor", "repetitive"),
        direction: str = "both",
    ) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Conv2d(channels, channels // 8, 1, bias=False)
        self.key = nn.Conv2d(channels, channels // 8, 1, bias=False)
        self.value = nn.Conv2d(channels, channels // 2, 1, bias=False)
        self.out = nn.Conv2d(channels // 2, channels, 1, bias=False)
        self.sigma = nn.Parameter(torch.zeros(()))
        kinds = head_kinds(heads, steps, direction)
        patterns = {kind: head_pattern(*kind, height // 2, width // 2) for kind in set(kinds)}
        masks = torch.tensor([patterns[kind] for kind in kinds])  # heads, keys, keys
        self.register_buffer("masks", masks.repeat(1, 4, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        batch, _, height, width = x.shape
        value = F.max_pool2d(self.value(x), 2).reshape(batch, self.heads, -1, height * width // 4)
        mixed = value @ self.weights(x).transpose(2, 3)  # B, heads, features, queries
        merged = mixed.transpose(1, 2).reshape(batch, -1, height, width)  # the head runs fastest
        return x + self.sigma * self.out(merged)

    def weights(self, x: Tensor) -> Tensor:
        """How much of each key a query sees: (B, heads, H W, H W / 4), 0 where it sees none."""
        batch, _, height, width = x.shape
        query = self.query(x).reshape(batch, self.heads, -1, height * width)
        key = F.max_pool2d(self.key(x), 2).reshape(batch, self.heads, -1, height * width // 4)
        scores = query.transpose(2, 3) @ key
        return scores.masked_fill(~self.masks, float("-inf")).softmax(dim=3)
