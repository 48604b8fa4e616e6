"""Differentiable augmentation of images (B, C, H, W) in [-1, 1], each sample by itself.

`p` is the probability with which a sample gets a transformation: a number, or a tensor of one.
`strength` multiplies how far it may go; 1 is as published.
"""

from __future__ import annotations

import torch
from torch import Tensor


def happens(x: Tensor, p: float | Tensor) -> Tensor:
    """Whether a transformation is applied, per sample (B, 1, 1, 1)."""
    return torch.rand(len(x), 1, 1, 1, device=x.device) < p


def uniform(x: Tensor, low: float, high: float) -> Tensor:
    """A number per sample (B, 1, 1, 1)."""
    return low + (high - low) * torch.rand(len(x), 1, 1, 1, dtype=x.dtype, device=x.device)


def places(x: Tensor, axis: int) -> Tensor:
    """The rows (H, 1) of images, axis 2, or their columns (W), axis 3, from 0."""
    return torch.arange(x.shape[axis], device=x.device).view(-1, *[1] * (3 - axis))


def color(x: Tensor, p: float | Tensor = 1.0, strength: float = 1.0) -> Tensor:
    """Images of another brightness, saturation and contrast.

    Zhao et al. 2020, https://arxiv.org/abs/2006.10738, as in their code.
    """
    half = strength / 2
    x = x + torch.where(happens(x, p), uniform(x, -half, half), 0)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * torch.where(happens(x, p), uniform(x, 1 - strength, 1 + strength), 1)
    mean = x.mean((1, 2, 3), keepdim=True)
    return mean + (x - mean) * torch.where(happens(x, p), uniform(x, 1 - half, 1 + half), 1)


def translation(x: Tensor, p: float | Tensor = 1.0, strength: float = 1.0) -> Tensor:
    """Images moved by up to an eighth of their size, with zeros around (2006.10738)."""
    moved = happens(x, p)
    for axis in (2, 3):
        size = x.shape[axis]
        reach = int(strength * size / 8 + 0.5)
        shift = torch.randint(-reach, reach + 1, (len(x), 1, 1, 1), device=x.device) * moved
        source = places(x, axis) + shift
        x = x.gather(axis, source.clamp(0, size - 1).expand_as(x))
        x = x.masked_fill((source < 0) | (source >= size), 0)
    return x


def cutout(x: Tensor, p: float | Tensor = 1.0, strength: float = 1.0) -> Tensor:
    """Images with zeros in a rectangle of half their height and width, anywhere.

    DeVries and Taylor 2017, https://arxiv.org/abs/1708.04552, in the size of 2006.10738.
    """
    cut = happens(x, p)
    for axis in (2, 3):
        size = x.shape[axis]
        cut = cut & ((places(x, axis) + 0.5 - uniform(x, 0, size)).abs() < strength * size / 4)
    return x.masked_fill(cut, 0)
