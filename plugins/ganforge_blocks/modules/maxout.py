"""Maxout (Goodfellow et al., 2013, https://arxiv.org/abs/1302.4389, eq. 1)."""

from __future__ import annotations

from torch import Tensor, nn


class Maxout(nn.Module):
    """(B, N) -> (B, out): each unit is the largest of its `pieces` linear functions."""

    def __init__(self, in_features: int, out_features: int, pieces: int, bias: bool = True) -> None:
        super().__init__()
        self.pieces = pieces
        self.linear = nn.Linear(in_features, out_features * pieces, bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).unflatten(1, (-1, self.pieces)).amax(2)
