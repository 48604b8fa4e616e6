"""Drawn shapes: a data set that needs no file and is the same everywhere."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import default_collate

from ganforge.runtime.data import Data

POINTS = (24, 24, 4, 3, 2, 3, 4, 5, 6, 12)  # a disc, a ring, and stars
CORNERS = (1, 1, 0.707, 0.5, 0.4, 0.2, 0.3, 0.4, 0.55, 0.75)  # radius between two points
DRAWN_AT_A_TIME = 1 << 16  # pixels; what lies between takes about 50 bytes for each
DRAWN_KEPT = 1 << 30  # bytes of drawn samples that stay in memory


def pixels_outside(form: int, factors: list[float], size: tuple[int, int]) -> np.ndarray:
    """How many pixels each pixel (H, W) is outside of a shape: below 0 inside."""
    height, strip = size[0], max(1, DRAWN_AT_A_TIME // size[1])
    strips = [(top, min(top + strip, height)) for top in range(0, height, strip)]
    return np.concatenate([_rows_outside(form, factors, size, *rows) for rows in strips])


def _rows_outside(
    form: int, factors: list[float], size: tuple[int, int], top: int, bottom: int
) -> np.ndarray:
    """The same of some rows (bottom - top, W)."""
    x, y, angle, radius, _ = factors
    half, (rows, columns) = min(size) / 2, np.ogrid[top + 0.5 : bottom, 0.5 : size[1]]
    centre = complex(size[1], size[0]) / 2 + 0.4 * half * complex(x - 0.5, y - 0.5)
    radius = half * (0.5 + 0.25 * radius)
    place = ((columns + 1j * rows - centre) / radius).astype(np.complex64)
    turn = (np.angle(place) / (2 * math.pi) - angle) * POINTS[form]
    arc = 2 * math.pi / POINTS[form]
    beside = arc * abs(turn - turn.round())  # as if turned and mirrored: a point is at 1
    a, b = 1 - CORNERS[form] * math.cos(arc / 2), CORNERS[form] * math.sin(arc / 2)
    outside = (abs(place) * (b * np.cos(beside) + a * np.sin(beside)) - b) / math.hypot(a, b)
    return radius * (abs(outside + 0.25) - 0.25 if form == 1 else outside)


def colour(hue: float, channels: int) -> np.ndarray:
    """A bright colour (C, 1, 1)."""
    wheel = np.arange(channels, dtype=np.float32)[:, None, None] / 3
    return 190 + 65 * np.cos(2 * math.pi * (wheel + hue))


def draw_factors(fields: dict[str, Any], seed: int, number: int) -> tuple[int, list[float]]:
    """What a sample is drawn from: its form, and in 0..1 place, angle, radius and hue."""
    numbers = random.Random((seed << 40) + number)
    form = numbers.randrange(min(about.get("classes", 10) for about in fields.values()))
    return form, [numbers.random() for _ in range(5)]


def draw_sample(fields: dict[str, Any], seed: int, number: int) -> dict[str, Tensor]:
    """One sample, the same always: a shape on black, whose form is the class."""
    form, factors = draw_factors(fields, seed, number)
    sample: dict[str, Tensor] = {}
    for name, about in fields.items():
        if about["kind"] == "class":
            sample[name] = torch.tensor(form)
        elif about["kind"] == "image":
            cover = (0.5 - pixels_outside(form, factors, about["size"])).clip(0, 1)
            image = cover * colour(factors[-1], about["channels"])
            sample[name] = torch.from_numpy(image.astype(np.uint8))
    return sample


def drawn_data(count: int, draw: Callable[[int], dict[str, Tensor]]) -> Data:
    """`count` samples, drawn when they are first read, and kept if all of them fit into 1 GiB."""
    size = sum(values.nbytes for values in draw(0).values())
    read = cache(draw) if count * size <= DRAWN_KEPT else draw
    return Data(count, lambda index: default_collate([read(number) for number in index]))


def open_shapes(path: str, fields: dict[str, Any], *, count: int = 50_000, seed: int = 0) -> Data:
    """`count` shapes."""
    return drawn_data(count, partial(draw_sample, fields, seed))
