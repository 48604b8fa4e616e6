"""Images as extractors take them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ganforge.errors import CannotStart

LUMA = (0.299, 0.587, 0.114)
"""What red, green and blue add to grey (ITU-R BT.601, as in Pillow)."""


def fitted(images: Tensor, channels: int, size: int) -> Tensor:
    """Bytes (B, C, H, W) as floats (B, channels, size, size) in -1..1, as `fitted_values`."""
    return fitted_values(images.float() / 127.5 - 1, channels, size)


def fitted_values(values: Tensor, channels: int, size: int) -> Tensor:
    """Floats (B, C, H, W) in -1..1 as (B, channels, size, size).

    Grey becomes three equal channels, colour becomes its luma. Other sizes are resized, bilinear
    with antialiasing. Raises `CannotStart` for other numbers of channels.
    """
    values = _recoloured(values, channels)
    if values.shape[2:] != (size, size):
        values = F.interpolate(values, (size, size), mode="bilinear", antialias=True)
    return values


def _recoloured(values: Tensor, channels: int) -> Tensor:
    found = values.shape[1]
    if found == channels:
        return values
    if (found, channels) == (1, 3):
        return values.expand(-1, 3, -1, -1)
    if (found, channels) == (3, 1):
        weights = torch.tensor(LUMA, device=values.device)
        return torch.einsum("bchw,c->bhw", values, weights)[:, None]
    raise CannotStart(
        f"the extractor takes images of {channels} channels, these have {found}: train one with "
        f"`--channels {found}`"
    )
