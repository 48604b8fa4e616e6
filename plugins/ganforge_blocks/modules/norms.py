"""Normalisation that PyTorch lacks."""

from __future__ import annotations

from torch import Tensor


def pixel_norm(x: Tensor, eps: float = 1e-8) -> Tensor:
    """(B, C, ...) with unit mean square over the channels.

    Karras et al., 2017, https://arxiv.org/abs/1710.10196, section 4.2.
    """
    return x * (x.square().mean(1, keepdim=True) + eps).rsqrt()
