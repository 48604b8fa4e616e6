"""Data sets in memory, the order of their samples, and images as numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.state import State

Batch = dict[str, Tensor]
Fields = dict[str, dict[str, Any]]  # the program's FIELDS


class Arrays:
    """A data set by field: uint8 images (N, C, H, W), int64 classes (N)."""

    def __init__(self, fields: Batch, draw: Callable[[Tensor], Batch] | None = None) -> None:
        """`draw` makes the samples at an index (B) when they are first read."""
        self.fields, self.draw = fields, draw
        self.missing = torch.full((len(self),), draw is not None)
        self.large = sum(values.nbytes for values in fields.values()) >= 2 << 30

    def __len__(self) -> int:
        return len(next(iter(self.fields.values())))

    def to(self, device: torch.device) -> Arrays:
        """The data set on the device, where it is below 2 GiB."""
        if not self.large:
            self.fields = {name: values.to(device) for name, values in self.fields.items()}
        return self

    def read(self, index: Tensor, names: Sequence[str]) -> Batch:
        """The samples at `index` (B, on the CPU), raw, of the named fields."""
        if self.draw and self.large:
            return self.draw(index)
        new = index[self.missing[index]]
        if self.draw and len(new):
            for name, values in self.draw(new).items():
                self.fields[name][new] = values.to(self.fields[name].device)
            self.missing[new] = False
        return {name: self.fields[name][index] for name in names}


@lru_cache(maxsize=2)
def permutation(length: int, seed: int, epoch: int) -> Tensor:
    """The order in which an epoch visits the samples."""
    return torch.from_numpy(np.random.default_rng((seed, epoch)).permutation(length))


def next_batch(state: State, data: Arrays, names: Sequence[str], count: int) -> Batch:
    """The next `count` real samples on the device; a batch may reach into the next epoch."""
    parts, end = [], state.drawn + count
    while state.drawn < end:
        epoch, start = divmod(state.drawn, len(data))
        parts.append(permutation(len(data), state.seed, epoch)[start : start + end - state.drawn])
        state.drawn += len(parts[-1])
    batch = data.read(torch.cat(parts), names)
    return {name: values.to(state.noise.device) for name, values in batch.items()}


def scale_images(raw: Tensor, low: float, high: float, layout: torch.memory_format) -> Tensor:
    """Bytes as numbers: 0..255 becomes `low`..`high`."""
    images = raw.to(torch.float32, memory_format=layout)
    return images.mul_((high - low) / 255).add_(low)
