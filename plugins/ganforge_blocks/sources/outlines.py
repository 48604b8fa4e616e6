"""Drawn shapes, filled and in outline: pairs of images, or two domains."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.data import Data
from ganforge_blocks.sources.shapes import colour, drawn_data, pixels_outside

LINE = 0.08  # half its width, in radii of a shape of middle size


def draw_pair(fields: dict[str, Any], seed: int, number: int) -> dict[str, Tensor]:
    """One sample, the same always; further images, and other domains, show shapes in outline."""
    classes = min(about.get("classes", 10) for about in fields.values())
    numbers, sample = random.Random((seed << 40) + number), dict[str, Tensor]()
    shapes = [(numbers.randrange(classes), [numbers.random() for _ in range(5)]) for _ in range(2)]
    style = "filled"
    for name, about in fields.items():
        which = about.get("domain", 0) % 2  # each has shapes of its own
        form, factors = shapes[which]
        sample[name] = torch.tensor(form)
        if about["kind"] == "image":
            outline = about.get("from", "outline" if which else style) == "outline"
            sample[name] = draw_shape(form, factors, about, outline)
            style = "outline"
    return sample


def draw_shape(form: int, factors: list[float], about: dict[str, Any], outline: bool) -> Tensor:
    """A shape on black (C, H, W); `outline` is the edge alone, on white."""
    outside, ground = pixels_outside(form, factors, about["size"]), 0.0
    if outline:
        half = LINE * 0.3 * min(about["size"])
        outside, ground = abs(outside + half) - half, 255.0
    cover = (0.5 - outside).clip(0, 1)
    image = ground + cover * (colour(factors[-1], about["channels"]) - ground)
    return torch.from_numpy(image.astype(np.uint8))


def open_outlines(path: str, fields: dict[str, Any], *, count: int = 50_000, seed: int = 0) -> Data:
    """`count` shapes with their outlines."""
    return drawn_data(count, partial(draw_pair, fields, seed))
