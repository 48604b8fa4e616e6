"""Learned shifts, scales and constants."""

from __future__ import annotations

from torch import Tensor, nn


class Bias(nn.Module):
    """Adds a number per channel to (B, C, ...); `start` (C) is what it begins with."""

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.bias = nn.Parameter(start)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias.view(-1, *[1] * (x.dim() - 2))


class Scale(nn.Module):
    """Multiplies (B, C, ...) by a number per channel; `start` (C) is what it begins with."""

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.scale = nn.Parameter(start)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale.view(-1, *[1] * (x.dim() - 2))


class Constant(nn.Module):
    """A learned tensor for every sample of the batch: (B, ...) -> (B, *start.shape).

    StyleGAN (Karras et al., 2018, https://arxiv.org/abs/1812.04948, section 2) begins with one.
    """

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.value = nn.Parameter(start)

    def forward(self, x: Tensor) -> Tensor:
        return self.value.expand(x.shape[0], *self.value.shape)
