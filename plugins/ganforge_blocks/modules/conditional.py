"""Layers whose work depends on a condition: a class, or a vector such as a class embedding."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ClassBatchNorm(nn.Module):
    """Batch norm of images (B, C, H, W) with a gain and a shift per class y (B).

    Dumoulin et al. 2016, https://arxiv.org/abs/1610.07629; gains start at 1, shifts at 0.
    """

    def __init__(self, channels: int, classes: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, eps=eps, affine=False)
        self.gain = nn.Parameter(torch.ones(classes, channels))
        self.shift = nn.Parameter(torch.zeros(classes, channels))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.norm(x) * self.gain[y][:, :, None, None] + self.shift[y][:, :, None, None]


class VectorBatchNorm(nn.Module):
    """Batch norm of images (B, C, H, W) with gain 1 + A c and shift B c of a vector c (B, N).

    Brock et al. 2018, https://arxiv.org/abs/1809.11096, appendix B.
    """

    def __init__(self, channels: int, size: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, eps=eps, affine=False)
        self.gain = nn.Linear(size, channels, bias=False)
        self.shift = nn.Linear(size, channels, bias=False)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        return self.norm(x) * (1 + self.gain(c))[:, :, None, None] + self.shift(c)[:, :, None, None]


class ClassProjection(nn.Module):
    """The inner product (B, 1) of features (B, N) with an embedding of their class y (B).

    Miyato and Koyama 2018, https://arxiv.org/abs/1802.05637, equation 3.
    """

    def __init__(self, size: int, classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(classes, size)

    def forward(self, features: Tensor, y: Tensor) -> Tensor:
        return (features * self.embedding(y)).sum(1, keepdim=True)


class VectorProjection(nn.Module):
    """The inner product (B, 1) of features (B, N) with a linear map of a vector c (B, M)."""

    def __init__(self, size: int, condition: int) -> None:
        super().__init__()
        self.linear = nn.Linear(condition, size, bias=False)

    def forward(self, features: Tensor, c: Tensor) -> Tensor:
        return (features * self.linear(c)).sum(1, keepdim=True)
