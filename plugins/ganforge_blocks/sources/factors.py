"""The known factors of drawn shapes, as attributes and as vectors, such as a text about them."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ganforge.runtime.errors import RunError
from ganforge_blocks.sources.shapes import draw_factors

NAMES = ("red", "green", "blue", "large", "right")
ENCODER = 1 << 40  # the seed of its weights, which is none of a data set


def read_factors(
    path: str, fields: dict[str, Any], *, count: int = 50_000, seed: int = 0
) -> dict[str, Tensor]:
    """Attributes (count, K), 1 or 0, and vectors (count, K): the embedding of a text, or `from` the
    `factors` themselves: place, angle, radius and hue in 0..1.
    """
    drawn = [draw_factors(fields, seed, number) for number in range(count)]
    forms = torch.tensor([form for form, _ in drawn])
    factors, found = torch.tensor([own for _, own in drawn]), dict[str, Tensor]()
    for name, about in fields.items():
        if about["kind"] == "vector" and about.get("from") == "factors":
            found[name] = checked_factors(factors, name, about["size"])
        elif about["kind"] == "vector":
            found[name] = embedded(forms, factors, about["size"], seed)
        elif about["kind"] == "attributes":
            names = about.get("names", NAMES[: about["size"]])
            columns = [NAMES.index(each) for each in names]
            found[name] = attributes_of(factors)[:, columns].float()
    return found


def checked_factors(factors: Tensor, field: str, size: int) -> Tensor:
    """The first `size` factors of shapes (N, 5)."""
    if size > factors.shape[1]:
        text = f"shapes have {factors.shape[1]} factors, the field {field!r} declares {size}"
        raise RunError(f"{text}: declare at most {factors.shape[1]}, or leave `from` out.")
    return factors[:, :size]


def embedded(forms: Tensor, factors: Tensor, size: int, seed: int) -> Tensor:
    """Embeddings (N, size) as if of a text that tells all of a shape but its angle.

    What is told is projected by random weights, the same for every `seed`, as by an encoder that
    was trained elsewhere; a little noise stands for the choice of words.
    """
    x, y, _, radius, hue = (factors - 0.5).unbind(1)
    turn = 2 * math.pi * hue
    numbers = torch.stack([x, y, radius], 1) * math.sqrt(12)  # of unit variance
    colours = torch.stack([turn.cos(), turn.sin()], 1) * math.sqrt(2)
    told = torch.cat([numbers, colours, F.one_hot(forms, 10) * math.sqrt(10)], 1)
    encoder, words = torch.Generator().manual_seed(ENCODER), torch.Generator().manual_seed(seed)
    weights = torch.randn(told.shape[1], size, generator=encoder) / math.sqrt(told.shape[1])
    return told @ weights + 0.1 * torch.randn(len(told), size, generator=words)


def attributes_of(factors: Tensor) -> Tensor:
    """What holds of shapes (N, 5), in the order of `NAMES`: one colour, the nearest, and others."""
    x, _, _, radius, hue = factors.unbind(1)
    colours = [(3 * hue).round() % 3 == nearest for nearest in (0, 2, 1)]
    return torch.stack([*colours, radius > 0.5, x > 0.5], 1)
