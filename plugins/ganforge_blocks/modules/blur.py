"""Separable blur."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def separable(x: Tensor, kernel: Tensor) -> Tensor:
    """(B, C, H, W) filtered by `kernel` (K) along both axes.

    Zeros lie outside; an even kernel has the odd one after.
    """
    size, channels = len(kernel), x.shape[1]
    before, after = (size - 1) // 2, size // 2
    x = F.pad(x, (before, after, before, after))
    x = F.conv2d(x, kernel.view(1, 1, 1, size).expand(channels, -1, -1, -1), groups=channels)
    return F.conv2d(x, kernel.view(1, 1, size, 1).expand(channels, -1, -1, -1), groups=channels)


def blur(x: Tensor, kernel: Sequence[float]) -> Tensor:
    """(B, C, H, W) filtered by `kernel` over its sum, with zeros outside."""
    values = torch.tensor(kernel, dtype=x.dtype, device=x.device)
    return separable(x, values / values.sum())


class Blur(nn.Module):
    """(B, C, H, W) filtered by `kernel` over its sum, with zeros outside."""

    kernel: Tensor

    def __init__(self, kernel: Sequence[float]) -> None:
        super().__init__()
        values = torch.tensor(kernel, dtype=torch.float32)
        self.register_buffer("kernel", values / values.sum(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return separable(x, self.kernel)
