"""Crops and flips of images: around the centre, or drawn anew for every sample."""

from __future__ import annotations

import torch
from torch import Tensor

from ganforge.runtime.data import Data


class Cropped(Data):
    """Images that are read larger than they are used: `read` gives the centre of each.

    sizes: height and width by field. margins: `visit` leaves the rest on, for a random crop.
    """

    def __init__(self, data: Data, sizes: dict[str, tuple[int, int]], margins: bool) -> None:
        super().__init__(data.count, lambda index: self.centred(data.read(index)))
        self.data, self.sizes, self.margins = data, sizes, margins
        self.held_out = Cropped(data.held_out, sizes, margins) if data.held_out else None

    def centred(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """The batch with images (B, C, H, W) cropped around their centre."""
        for name in batch.keys() & self.sizes.keys():
            height, width = self.sizes[name]
            top, left = (batch[name].shape[2] - height) // 2, (batch[name].shape[3] - width) // 2
            batch[name] = batch[name][:, :, top : top + height, left : left + width]
        return batch

    def visit(self, start: int, count: int, seed: int, domain: int = 0) -> dict[str, Tensor]:
        """`count` samples from the `start`-th on."""
        batch = self.data.visit(start, count, seed, domain)
        return batch if self.margins else self.centred(batch)


def random_crop(
    real: dict[str, Tensor], names: list[str], size: tuple[int, int], noise: torch.Generator
) -> dict[str, Tensor]:
    """Windows (height, width) of images (B, C, H, W), one a sample, the same under all names."""
    count, _, height, width = real[names[0]].shape
    rows, columns = (
        torch.randint(whole - part + 1, (count, 1), generator=noise, device=noise.device)
        + torch.arange(part, device=noise.device)
        for whole, part in zip((height, width), size, strict=True)
    )
    samples = torch.arange(count, device=noise.device)
    place = samples[:, None, None], rows[:, :, None], columns[:, None]
    images = {name: real[name].permute(0, 2, 3, 1)[place] for name in names}
    return {name: values.permute(0, 3, 1, 2) for name, values in images.items()}


def random_flip(
    real: dict[str, Tensor], names: list[str], noise: torch.Generator
) -> dict[str, Tensor]:
    """Images (B, C, H, W), half of them mirrored, the same samples under all names."""
    count = len(real[names[0]])
    mirrored = torch.rand(count, 1, 1, 1, generator=noise, device=noise.device) < 0.5
    return {name: torch.where(mirrored, real[name].flip(3), real[name]) for name in names}


def dequantized(
    real: dict[str, Tensor], names: list[str], noise: torch.Generator
) -> dict[str, Tensor]:
    """Bytes spread evenly over their levels: (v + U[0, 1)) / 256 of the range 0 to 255."""
    spread = {
        name: real[name] + torch.rand(real[name].shape, generator=noise, device=noise.device)
        for name in names
    }
    return {name: values * (255 / 256) for name, values in spread.items()}
