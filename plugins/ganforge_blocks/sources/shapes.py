"""The embedded data set: drawn shapes whose class, place, size, angle and colours are known.

Classes: circle, square, triangle, star, cross, ring, hexagon, ellipse, spark, sun.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from ganforge.runtime.data import Arrays, Batch, Fields
from ganforge.runtime.errors import DataError

# Stars by class: their points, and how far the inner corners are from the centre (a cross has 0).
POINTS = (24, 4, 3, 5, 4, 24, 6, 24, 4, 10)
INNER = (0.99, 0.707, 0.5, 0.45, 0.0, 0.99, 0.866, 0.99, 0.35, 0.7)


def shape_factors(index: Tensor, seed: int) -> Tensor:
    """What the samples at `index` (B) show, hashed to 0..1: class, place, size, angle, colours."""
    bits = index * 9 + torch.arange(9)[:, None] + 0x9E3779B9 * (seed + 1)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        bits = (bits ^ (bits >> shift)) * factor & 0xFFFFFFFF
    return (
        (bits ^ (bits >> 16)) & 0xFFFFFF
    ).double() / 2**24  # in doubles, so that no rounding depends on the batch


def shape_distances(form: Tensor, factors: Tensor, height: int, width: int) -> Tensor:
    """How far each pixel (B, H, W) lies outside its shape, in its radii; negative inside."""
    x, y, radius, angle = factors[1:5, :, None, None]
    points, inner = (torch.tensor(table)[form, None, None] for table in (POINTS, INNER))
    side, aspect = min(height, width), torch.where(form == 7, 0.5, 1.0)[:, None, None]
    right = (2 * torch.arange(width) + 1 - width) / side - (x - 0.5) / 2
    below = (2 * torch.arange(height)[:, None] + 1 - height) / side - (y - 0.5) / 2
    cos, sin, radius = (6.2832 * angle).cos(), (6.2832 * angle).sin(), 0.4 + 0.3 * radius
    u, v = (cos * right + sin * below) / radius, (cos * below - sin * right) / (radius * aspect)
    far, turn, sector = torch.hypot(u, v), torch.atan2(v, u), torch.pi / points
    # A star repeats one edge, from (1, 0) to its inner corner: fold the plane onto that sector.
    turn = turn - 2 * sector * (turn / (2 * sector)).round()
    a, b = inner * sector.cos() - 1, inner * sector.sin()
    star = ((far * turn.cos() - 1) * b - far * turn.sin().abs() * a) / torch.hypot(a, b)
    long, short = torch.maximum(u.abs(), v.abs()), torch.minimum(u.abs(), v.abs())
    cross = torch.maximum(short - 0.28, long - 0.95)
    star = torch.where((form == 5)[:, None, None], torch.maximum(star, 0.55 - far), star)
    return aspect * torch.where((form == 4)[:, None, None], cross, star)


def shape_colours(hue: Tensor, value: Tensor, channels: int) -> Tensor:
    """Colours (B, C, 1, 1) in 0..255 by hue and value; grey has the value alone."""
    wheel = ((6 * hue[:, None] + torch.tensor([0, 4, 2])) % 6 - 3).abs() - 1
    colour = 0.2 + 0.8 * wheel.clamp(0, 1) if channels == 3 else torch.ones(1, 1)
    return 255 * (value[:, None] * colour)[:, :, None, None]


def draw_shapes(
    form: Tensor, factors: Tensor, channels: int, size: tuple[int, int], outline: bool = False
) -> Tensor:
    """Images (B, C, H, W) as bytes; `outline` is a second style: the edge alone, on white."""
    outside = shape_distances(form, factors, *size)
    dark = torch.where(factors[8] < 0.5, 0.06, 0.12 + 0.2 * factors[7])
    ground = shape_colours(factors[7], dark, channels)
    colour = shape_colours(factors[5], 0.75 + 0.25 * factors[6], channels)
    if outline:
        outside, ground = (outside + 0.08).abs() - 0.08, torch.full_like(ground, 255)
    radius = (0.2 + 0.15 * factors[3, :, None, None]) * min(size)  # in pixels
    cover = (0.5 - outside * radius).clamp(0, 1)[:, None]
    return torch.lerp(ground, colour, cover).round().to(torch.uint8)


def draw_fields(fields: Fields, paired: bool, seed: int, index: Tensor) -> Batch:
    """All fields of the samples at `index` (B); a second image field is in outline."""
    values: Batch = {}
    classes = min(field.get("classes", 10) for field in fields.values())
    for name, field in fields.items():
        other = any(value.ndim == 4 for value in values.values())
        factors = shape_factors(index, seed + (other and not paired))
        form = (factors[0] * classes).long()
        if field["kind"] == "class":
            values[name] = form
        else:
            values[name] = draw_shapes(form, factors, field["channels"], field["size"], other)
    return values


def open_shapes(
    path: str, fields: Fields, *, count: int = 50_000, paired: bool = True, seed: int = 0
) -> Arrays:
    """`count` shapes; a second image field shows them, or others unless `paired`, in outline."""
    if path:
        raise DataError(f"Shapes are drawn, not read from {path!r}: say `shapes` alone.")
    draw = partial(draw_fields, fields, paired, seed)
    one = draw(torch.zeros(1, dtype=torch.int64))
    return Arrays({k: v.new_empty(count, *v.shape[1:]) for k, v in one.items()}, draw)
