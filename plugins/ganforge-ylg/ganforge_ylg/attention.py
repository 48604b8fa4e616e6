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

    Queries are all H W places; keys and values are max-pooled to the cells of an H/2 x W/2 grid.
    Each head sees the cells that its pattern allows; the pattern of a query is that of the cell of
    its index modulo the number of cells, as in the authors' code. What a query does not see is not
    computed. Daras et al. 2019, https://arxiv.org/abs/1911.12287.
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
        seen = [[[j for j, sees in enumerate(row) if sees] for row in patterns[k]] for k in kinds]
        most = max(len(cells) for rows in seen for cells in rows)
        padded = [[cells + [0] * (most - len(cells)) for cells in rows] for rows in seen]
        beyond = [[[k >= len(cells) for k in range(most)] for cells in rows] for rows in seen]
        self.register_buffer("seen", torch.tensor(padded), persistent=False)  # heads, cells, most
        self.register_buffer("beyond", torch.tensor(beyond), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        mixed = self.weights(x) @ self.gathered(self.value(x))  # B, heads, cells, 4, features
        merged = mixed.permute(0, 4, 1, 3, 2)  # the head runs fastest
        return x + self.sigma * self.out(merged.reshape(len(x), -1, *x.shape[2:]))

    def weights(self, x: Tensor) -> Tensor:
        """How much of each cell that it sees a query sees: (B, heads, cells, 4, most).

        The four queries of a cell are those of its index modulo the number of cells; a row that
        sees fewer than `most` cells ends in zeros.
        """
        query = self.query(x).reshape(len(x), self.heads, -1, 4, self.seen.shape[1])
        scores = query.permute(0, 1, 4, 3, 2) @ self.gathered(self.key(x)).transpose(3, 4)
        return scores.masked_fill(self.beyond[:, :, None], float("-inf")).softmax(dim=4)

    def gathered(self, x: Tensor) -> Tensor:
        """(B, C, H, W), pooled, as each cell sees it: (B, heads, cells, most, C / heads)."""
        by_cell = F.max_pool2d(x, 2).reshape(len(x), self.heads, -1, self.seen.shape[1])
        head = torch.arange(self.heads, device=x.device)[:, None, None]
        return by_cell.transpose(2, 3)[:, head, self.seen]
