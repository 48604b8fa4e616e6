"""Images of any size through networks that see a window of them: in tiles, without seams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Network = Callable[[Tensor], Tensor]
"""From (1, C, H, W) to (K, D, S H, S W), for some S."""


@dataclass(frozen=True)
class Tiling:
    """Tiles are squares of `side` pixels; neighbours have `overlap` in common, of which the outer
    quarter at each end does not count, and in the rest one passes over into the other. Both are
    multiples of what sizes must divide by.
    """

    side: int
    overlap: int

    def fits(self, image: Tensor) -> bool:
        """Whether the image is no larger than one tile."""
        return max(image.shape[2:]) <= self.side

    def starts(self, length: int) -> list[int]:
        """Where tiles begin along a side: evenly, the last at its end."""
        step = self.side - self.overlap
        return [*range(0, max(1, length - self.side), step), max(0, length - self.side)]


def in_tiles(network: Network, image: Tensor, tiling: Tiling) -> Tensor:
    """What a network makes of an image (1, C, H, W).

    Equals what it makes of the whole image where it sees no farther than a quarter of the overlap.
    Memory is that of one tile. Raises `ValueError` where what it makes is not of one scale.
    """
    if tiling.fits(image):
        return network(image)
    height, width = image.shape[2:]
    total, weights = torch.empty(0), torch.empty(0)
    for top in sorted(set(tiling.starts(height))):
        for left in sorted(set(tiling.starts(width))):
            part = image[:, :, top : top + tiling.side, left : left + tiling.side]
            made = network(part).cpu()
            scale = made.shape[2] // part.shape[2]
            if (made.shape[2], made.shape[3]) != (scale * part.shape[2], scale * part.shape[3]):
                raise ValueError("what is made of a tile has another shape than the tile")
            if not total.numel():
                total = torch.zeros(*made.shape[:2], scale * height, scale * width)
                weights = torch.zeros(1, 1, scale * height, scale * width)
            rows, columns = (
                ramp(scale * length, scale * tiling.overlap, start > 0, start + length < whole)
                for start, length, whole in (
                    (top, part.shape[2], height),
                    (left, part.shape[3], width),
                )
            )
            window = rows[:, None] * columns
            down = slice(scale * top, scale * top + len(rows))
            across = slice(scale * left, scale * left + len(columns))
            total[:, :, down, across] += window * made
            weights[:, :, down, across] += window
    return total / weights


def ramp(length: int, overlap: int, before: bool, behind: bool) -> Tensor:
    """The weights (length) of a tile along a side that has neighbours before or behind it: 0 in the
    outer quarter of the overlap, then rising to 1 over its half.
    """
    rise = ((torch.arange(length) + 0.5 - overlap / 4) / (overlap / 2)).clamp(0, 1)
    ones = torch.ones(length)
    return (rise if before else ones) * (rise.flip(0) if behind else ones)
