"""Drawn shapes: a data set that needs no file and is the same everywhere."""

from __future__ import annotations

import math
import random
from functools import lru_cache, partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import default_collate

from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError


def draw_shape(form: int, factors: list[float], about: dict[str, Any], outline: bool) -> Tensor:
    """A disc, ring or star on black (C, H, W); `outline` is the edge alone, on white."""
    height, width = about["size"]
    half, wheel = min(height, width) / 2, np.arange(about["channels"])[:, None, None] / 3
    x, y, angle, radius, hue = factors
    radius = half * (0.5 + 0.25 * radius)
    x, y = width / 2 + half * (0.4 * x - 0.2), height / 2 + half * (0.4 * y - 0.2)
    right = ((np.arange(width) + 0.5 - x) / radius).astype(np.float32)
    below = ((np.arange(height) + 0.5 - y) / radius).astype(np.float32)[:, None]
    far = right * right + below * below
    if form < 2:
        outside = np.sqrt(far) - 1 if form == 0 else abs(np.sqrt(far) - 0.75) - 0.25
    else:  # a star: the edge from the nearest point, at (1, 0), to the inner corner beside it
        points = (4, 3, 2, 3, 4, 5, 6, 12)[form - 2]
        inner = (0.707, 0.5, 0.4, 0.2, 0.3, 0.4, 0.55, 0.75)[form - 2]
        turns = 2 * math.pi * (np.arange(points, dtype=np.float32)[:, None, None] / points + angle)
        along = (np.cos(turns) * right + np.sin(turns) * below).max(0)
        a, b = 1 - inner * math.cos(math.pi / points), inner * math.sin(math.pi / points)
        outside = (b * along + a * np.sqrt(abs(far - along * along)) - b) / math.hypot(a, b)
    colour = 190 + 65 * np.cos(2 * math.pi * (wheel + hue)).astype(np.float32)
    ground = 0.0
    if outline:
        outside, ground = abs(outside + 0.08) - 0.08, 255.0
    cover = (0.5 - radius * outside).clip(0, 1)
    return torch.from_numpy((ground + cover * (colour - ground)).astype(np.uint8))


def draw_sample(fields: dict[str, Any], seed: int, number: int) -> dict[str, Tensor]:
    """One sample, the same always; further images, and other domains, show shapes in outline."""
    classes = min(about.get("classes", 10) for about in fields.values())
    numbers, sample = random.Random((seed << 40) + number), dict[str, Tensor]()
    forms = [numbers.randrange(classes) for _ in range(2)]
    factors = [[numbers.random() for _ in range(5)] for _ in range(2)]
    style = "filled"
    for name, about in fields.items():
        which = about.get("domain", 0) % 2  # each has shapes of its own
        if about["kind"] == "class":
            sample[name] = torch.tensor(forms[which])
        else:
            outline = about.get("from", "outline" if which else style) == "outline"
            sample[name] = draw_shape(forms[which], factors[which], about, outline)
            style = "outline"
    return sample


def open_shapes(path: str, fields: dict[str, Any], *, count: int = 50_000, seed: int = 0) -> Data:
    """`count` shapes, drawn when they are first read; up to 2 GiB of them are kept."""
    if path:
        raise RunError(f"Shapes are drawn, not read from {path!r}: say `shapes` alone.")
    draw = partial(draw_sample, fields, seed)
    size = sum(values.nbytes for values in draw(0).values())
    kept = lru_cache((2 << 30) // size)(draw)
    return Data(count, lambda index: default_collate([kept(number) for number in index]))
