"""The pipeline of adaptive discriminator augmentation (ADA) for images (B, C, H, W) in [-1, 1].

Karras et al. 2020, https://arxiv.org/abs/2006.06676, appendix B, with the settings of their code.
`p` is the probability with which a sample gets a transformation: a number, or a tensor of one.
`strength` multiplies how far it may go, 1 being as published; mirror images, right angles and
negatives have no measure, and `p` alone governs them.
Outside of an image lies its mirror image. All is made of indexing and arithmetic, which gradient
penalties can differentiate twice.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ganforge_blocks.modules.augmentation import happens, uniform

SYM6 = (
    0.0154041093,
    0.0034907121,
    -0.1179901111,
    -0.0483117426,
    0.4910559419,
    0.7876411410,
    0.3379294217,
    -0.0726375228,
    -0.0210602925,
    0.0447249018,
    0.0017677119,
    -0.0078007083,
)
"""The low-pass filter of the sixth symlet (Daubechies 1992)."""


def normal(x: Tensor, std: float) -> Tensor:
    """A number per sample (B, 1, 1, 1)."""
    return std * torch.randn(len(x), 1, 1, 1, dtype=x.dtype, device=x.device)


def ada_blit(x: Tensor, p: float | Tensor = 1.0, strength: float = 1.0) -> Tensor:
    """Images mirrored, turned by right angles, and moved by up to an eighth of their size."""
    height, width = x.shape[2:]
    mirror = torch.where(happens(x, p / 2), -1, 1)
    turns = torch.where(happens(x, p), uniform(x, 0, 4).floor(), 0)
    moves = happens(x, p)
    most = (strength * height / 8, strength * width / 8)
    reach = [uniform(x, -far, far) for far in most]
    down, right = (torch.where(moves, shift.round(), 0) for shift in reach)
    rows, columns = centred(x, height)[:, None] - down, centred(x, width) - right
    rows, columns = turned(rows, columns, turns * math.pi / 2)
    rows, columns = rows + (height - 1) / 2, mirror * columns + (width - 1) / 2
    return pixels(x, (rows + 0.25).floor(), (columns + 0.25).floor())  # halves go one way


def ada_geometry(x: Tensor, p: float | Tensor = 1.0, strength: float = 1.0) -> Tensor:
    """Images scaled, turned, stretched and moved by any amount.

    What is copied between pixels is interpolated at twice the resolution, between low-pass filters.
    """
    height, width = x.shape[2:]
    half = 1 - (1 - p) ** 0.5  # of two turns: that one of them happens has the probability p
    half_turn = strength * math.pi
    happening = [happens(x, chance) for chance in (p, half, p, half, p)]
    scales, turns, stretches, turns_again, moves = happening
    scale = torch.where(scales, torch.exp2(normal(x, 0.2 * strength)), 1)
    angle = torch.where(turns, uniform(x, -half_turn, half_turn), 0)
    stretch = torch.where(stretches, torch.exp2(normal(x, 0.2 * strength)), 1)
    second_angle = torch.where(turns_again, uniform(x, -half_turn, half_turn), 0)
    reach = (normal(x, strength * height / 8), normal(x, strength * width / 8))
    down, right = (torch.where(moves, 2 * shift, 0) for shift in reach)
    margin = len(SYM6) // 2 - 1  # what the filter sees around the image
    rows = centred(x, 2 * height, margin)[:, None] - down
    columns = centred(x, 2 * width, margin) - right
    rows, columns = turned(rows, columns, second_angle)
    rows, columns = turned(rows * stretch, columns / stretch, angle)
    rows, columns = rows / scale + height - 0.5, columns / scale + width - 0.5
    moved = halved(between(doubled(x), rows, columns))
    return torch.where(torch.stack(happening).any(0), moved, x)


def ada_color(
    x: Tensor, p: float | Tensor = 1.0, share: float = 1.0, strength: float = 1.0
) -> Tensor:
    """Images of another brightness, contrast, hue and saturation, or as negatives in luma.

    Each happens with the probability `share * p`.
    """
    p, half_turn = share * p, strength * math.pi
    x = x + torch.where(happens(x, p), normal(x, 0.2 * strength), 0)
    x = x * torch.where(happens(x, p), torch.exp2(normal(x, 0.5 * strength)), 1)
    luma = x.mean(1, keepdim=True)
    chroma = x - luma
    luma = torch.where(happens(x, p / 2), -luma, luma)
    hue = torch.where(happens(x, p), uniform(x, -half_turn, half_turn), 0)
    across = (chroma.roll(1, 1) - chroma.roll(-1, 1)) / 3**0.5  # a quarter turn about grey
    chroma = hue.cos() * chroma + hue.sin() * across
    return luma + chroma * torch.where(happens(x, p), torch.exp2(normal(x, strength)), 1)


def centred(x: Tensor, size: int, margin: int = 0) -> Tensor:
    """The places of `size` pixels, and of a margin on both sides, from their centre."""
    return torch.arange(-margin, size + margin, device=x.device) - (size - 1) / 2


def turned(rows: Tensor, columns: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Places turned about the centre."""
    cos, sin = angle.cos(), angle.sin()
    return cos * rows + sin * columns, cos * columns - sin * rows


def mirrored(place: Tensor, size: int) -> Tensor:
    """Places folded into 0..size - 1, as in a hall of mirrors."""
    period = max(2 * size - 2, 1)
    return size - 1 - (place.remainder(period) - size + 1).abs()


def pixels(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The values (B, C, h, w) at whole places, which go with (B, 1, h, w)."""
    height, width = x.shape[2:]
    place = mirrored(rows.long(), height) * width + mirrored(columns.long(), width)
    index = place.expand(*x.shape[:2], -1, -1)
    return x.flatten(2).gather(2, index.flatten(2)).unflatten(2, index.shape[2:])


def between(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The values (B, C, h, w) of a doubled image at any places (B, 1, h, w), bilinear.

    Its mirrors stand where the outermost pixels were before it was doubled.
    """
    height, width = x.shape[2:]
    rows, columns = mirrored(rows - 0.5, height - 1) + 0.5, mirrored(columns - 0.5, width - 1) + 0.5
    top, left = rows.floor(), columns.floor()
    down, right = (rows - top).to(x), (columns - left).to(x)
    upper = torch.lerp(pixels(x, top, left), pixels(x, top, left + 1), right)
    lower = torch.lerp(pixels(x, top + 1, left), pixels(x, top + 1, left + 1), right)
    return torch.lerp(upper, lower, down)


def doubled(x: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, C, 2H, 2W): zeros between the pixels, and the low-pass filter."""
    margin, crop = len(SYM6) // 4, len(SYM6) - 1
    rows, columns = (torch.arange(-margin, n + margin, device=x.device) for n in x.shape[2:])
    single = pixels(x, rows[:, None], columns).flatten(0, 1)[:, None]
    taps = 2**0.5 * torch.tensor(SYM6, dtype=x.dtype, device=x.device)
    single = F.conv_transpose2d(single, taps.view(1, 1, -1, 1), stride=(2, 1), padding=(crop, 0))
    single = F.conv_transpose2d(single, taps.view(1, 1, 1, -1), stride=(1, 2), padding=(0, crop))
    return single.view(*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3])


def halved(x: Tensor) -> Tensor:
    """(B, C, 2H + 10, 2W + 10) -> (B, C, H, W): the low-pass filter, and every second pixel."""
    single = x.flatten(0, 1)[:, None]
    taps = 0.5**0.5 * torch.tensor(SYM6, dtype=x.dtype, device=x.device)
    single = F.conv2d(single, taps.view(1, 1, -1, 1), stride=(2, 1))
    single = F.conv2d(single, taps.view(1, 1, 1, -1), stride=(1, 2))
    return single.unflatten(0, x.shape[:2])[:, :, 0]
