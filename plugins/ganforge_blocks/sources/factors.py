"""The known factors of drawn shapes, as attributes and as vectors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ganforge_blocks.sources.shapes import draw_factors

NAMES = ("red", "green", "blue", "large", "right")


def read_factors(
    path: str, fields: dict[str, Any], *, count: int = 50_000, seed: int = 0
) -> dict[str, Tensor]:
    """Attributes (count, K), 1 or 0, and vectors (count, K): place, angle, radius, hue in 0..1."""
    drawn = [draw_factors(fields, seed, number)[1] for number in range(count)]
    factors, found = torch.tensor(drawn), dict[str, Tensor]()
    for name, about in fields.items():
        if about["kind"] == "vector":
            found[name] = factors[:, : about["size"]]
        elif about["kind"] == "attributes":
            names = about.get("names", NAMES[: about["size"]])
            columns = [NAMES.index(each) for each in names]
            found[name] = attributes_of(factors)[:, columns].float()
    return found


def attributes_of(factors: Tensor) -> Tensor:
    """What holds of shapes (N, 5), in the order of `NAMES`: one colour, the nearest, and others."""
    x, _, _, radius, hue = factors.unbind(1)
    colours = [(3 * hue).round() % 3 == nearest for nearest in (0, 2, 1)]
    return torch.stack([*colours, radius > 0.5, x > 0.5], 1)
