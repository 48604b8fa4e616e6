"""Data sets in memory, the order of their samples, and their way to the device."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.errors import DataError
from ganforge.runtime.state import State

RESIDENT = 2 << 30  # bytes of a data set that may live on the device


class Arrays:
    """A data set: raw values by field, uint8 images (N, C, H, W) and int64 classes (N)."""

    def __init__(self, fields: dict[str, Tensor]) -> None:
        self.fields = fields

    def __len__(self) -> int:
        return len(next(iter(self.fields.values())))

    def read(self, index: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
        """The samples at `index` (B), of the named fields only."""
        return {name: self.fields[name][index] for name in names}

    def to(self, device: torch.device) -> Arrays:
        """The data set on the device where it is small enough, else as it is."""
        if sum(values.nbytes for values in self.fields.values()) > RESIDENT:
            return self
        return Arrays({name: values.to(device) for name, values in self.fields.items()})


def fields_of(source: str, fields: dict[str, dict[str, Any]], **gives: int) -> dict[str, list[str]]:
    """The names of the fields by kind; `DataError` where the source gives fewer of a kind."""
    kinds: dict[str, list[str]] = {kind: [] for kind in gives}
    for name, field in fields.items():
        names = kinds.setdefault(field["kind"], [])
        names.append(name)
        if len(names) > gives.get(field["kind"], 0):
            raise DataError(
                f"{source} has nothing for the {field['kind']} field {name!r}; it gives "
                + ", ".join(f"{count} of kind {kind}" for kind, count in gives.items())
                + ": leave the field out or take another source."
            )
    return kinds


@lru_cache(maxsize=2)
def permutation(length: int, seed: int, epoch: int) -> Tensor:
    """The order in which an epoch visits the samples."""
    return torch.from_numpy(np.random.default_rng((seed, epoch)).permutation(length))


def next_index(state: State, length: int, count: int) -> Tensor:
    """The next `count` samples, across the ends of epochs; `state.drawn` counts them."""
    parts, end = [], state.drawn + count
    while state.drawn < end:
        epoch, start = divmod(state.drawn, length)
        parts.append(permutation(length, state.seed, epoch)[start : start + end - state.drawn])
        state.drawn += len(parts[-1])
    return torch.cat(parts)


def next_batch(state: State, data: Arrays, names: Sequence[str], count: int) -> dict[str, Tensor]:
    """The next `count` real samples, raw, on the device."""
    batch = data.read(next_index(state, len(data), count), names)
    return {name: values.to(state.noise.device) for name, values in batch.items()}


def scale_images(raw: Tensor, low: float, high: float, layout: torch.memory_format) -> Tensor:
    """Bytes as numbers: 0..255 becomes `low`..`high`."""
    images = raw.to(torch.float32, memory_format=layout)
    return images.mul_((high - low) / 255).add_(low)
