"""The embedded data set: drawn shapes whose class, place, size, angle and colours are known.

Classes: circle, square, triangle, star, cross, ring, hexagon, ellipse, spark, sun.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.data import Arrays, Batch, Fields
from ganforge.runtime.errors import DataError

# Stars by class: their points, and how far the inner corners are from the centre.
POINTS = (24, 4, 3, 5, 4, 24, 6, 24, 4, 10)
INNER = (0.99, 0.707, 0.5, 0.45, 1.0, 0.99, 0.866, 0.99, 0.35, 0.7)
CROSS = 4
RING = 5
ELLIPSE = 7
Array = np.ndarray[Any, np.dtype[Any]]


def shape_factors(index: Tensor, seed: int) -> Tensor:
    """What the samples (B) show: (B, 9) in 0..1, hashed from their numbers alone.

    In order: class, x, y, radius, angle, hue, value, hue of the ground, whether that is dark.
    """
    bits = index[:, None] * 9 + torch.arange(9) + 0x9E3779B9 * (seed + 1) % 2**32
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        bits = (bits ^ (bits >> shift)) * factor & 0xFFFFFFFF
    return ((bits ^ (bits >> 16)) & 0xFFFFFF) / 2.0**24


def shape_distances(form: int, factors: list[float], height: int, width: int) -> Array:
    """How far each pixel (H, W) lies outside the shape, in its radii; negative inside."""
    x, y, radius, angle = factors[1:5]
    right = (2 * np.arange(width, dtype=np.float32) + 1 - width) / min(height, width) - x / 2 + 0.25
    below = (2 * np.arange(height, dtype=np.float32) + 1 - height) / min(height, width)
    below, aspect = below[:, None] - y / 2 + 0.25, 0.5 if form == ELLIPSE else 1.0
    cos, sin = (f(2 * math.pi * angle) / (0.4 + 0.3 * radius) for f in (math.cos, math.sin))
    u, v = cos * right + sin * below, (cos * below - sin * right) / aspect
    if form == CROSS:
        long, short = np.maximum(abs(u), abs(v)), np.minimum(abs(u), abs(v))
        return np.maximum(short - 0.28, long - 0.95)
    # A star repeats one edge, from (1, 0) to its inner corner: fold the plane onto that sector.
    far, turn, sector = np.hypot(u, v), np.arctan2(v, u), math.pi / POINTS[form]
    turn = abs(turn - 2 * sector * np.rint(turn / (2 * sector)))
    a, b = INNER[form] * math.cos(sector) - 1, INNER[form] * math.sin(sector)
    outside = far * (b * np.cos(turn) - a * np.sin(turn)) - b
    outside *= aspect / math.hypot(a, b)
    return np.maximum(outside, 0.55 - far) if form == RING else outside


def shape_colour(hue: float, value: float, channels: int) -> Array:
    """A colour (C, 1, 1) in 0..255 by hue and value; grey has the value alone."""
    wheel = np.array([abs((6 * hue + turn) % 6 - 3) - 1 for turn in (0, 4, 2)])
    colour = 0.2 + 0.8 * wheel.clip(0, 1) if channels == 3 else np.ones(channels)
    return (255 * value * colour.astype(np.float32))[:, None, None]


def draw_shape(form: int, factors: list[float], field: dict[str, Any], outline: bool) -> Array:
    """An image (C, H, W) of bytes; `outline` is a second style: the edge alone, on white."""
    outside = shape_distances(form, factors, *field["size"])
    dark = 0.06 if factors[8] < 0.5 else 0.12 + 0.2 * factors[7]
    ground = shape_colour(factors[7], dark, field["channels"])
    colour = shape_colour(factors[5], 0.75 + 0.25 * factors[6], field["channels"])
    if outline:
        outside, ground = abs(outside + 0.08) - 0.08, np.full_like(ground, 255)
    radius = (0.2 + 0.15 * factors[3]) * min(field["size"])  # in pixels
    cover = (0.5 - radius * outside).clip(0, 1)
    return (ground + cover * (colour - ground) + 0.5).astype(np.uint8)


def draw_fields(fields: Fields, paired: bool, seed: int, index: Tensor) -> Batch:
    """All fields of the samples at `index` (B); a second image field is in outline."""
    values: Batch = {}
    classes = min(field.get("classes", 10) for field in fields.values())
    for name, field in fields.items():
        other = any(value.ndim == 4 for value in values.values())
        factors = shape_factors(index, seed + (other and not paired))
        forms = (factors[:, 0] * classes).long()
        if field["kind"] == "class":
            values[name] = forms
        else:  # one by one: then no rounding depends on the batch
            rows = zip(forms.tolist(), factors.tolist(), strict=True)
            images = [draw_shape(form, row, field, other) for form, row in rows]
            values[name] = torch.from_numpy(np.stack(images))
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
