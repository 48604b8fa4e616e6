"""Priors that PyTorch draws in no single call."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def truncated_normal(shape: tuple[int, ...], threshold: float, noise: torch.Generator) -> Tensor:
    """Standard normal values, drawn anew beyond `threshold`."""
    values = torch.empty(shape, device=noise.device)
    return nn.init.trunc_normal_(values, a=-threshold, b=threshold, generator=noise)


def shuffled(values: Tensor, noise: torch.Generator) -> Tensor:
    """The values of a batch (B, ...) in another order."""
    return values[torch.randperm(len(values), generator=noise, device=noise.device)]
