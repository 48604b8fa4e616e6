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
