"""Random layers that PyTorch lacks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class AlwaysDropout(nn.Dropout):
    """Dropout in evaluation too (pix2pix, https://arxiv.org/abs/1611.07004, section 3.1)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.p)


class AlwaysDropout2d(nn.Dropout2d):
    """Dropout of whole channels of (B, C, H, W), in evaluation too."""

    def forward(self, x: Tensor) -> Tensor:
        return F.dropout2d(x, self.p)


class GaussianNoise(nn.Module):
    """Adds normal noise of deviation `std` in training, nothing in evaluation."""

    def __init__(self, std: float) -> None:
        super().__init__()
        self.std = std

    def forward(self, x: Tensor) -> Tensor:
        return x + self.std * torch.randn_like(x) if self.training else x


class Noise(nn.Module):
    """Adds a map of normal noise (B, 1, H, W), new in every pass, to images (B, C, H, W).

    `start` is what its learned weights begin with: one for each channel (C), or one for all (1).

    Karras et al. 2018, https://arxiv.org/abs/1812.04948, section 2.
    """

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(start)

    def forward(self, x: Tensor) -> Tensor:
        noise = torch.randn(len(x), 1, *x.shape[2:], dtype=x.dtype, device=x.device)
        return x + self.weight.view(-1, 1, 1) * noise
