"""Data sets in memory and the order of their samples."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.state import State


class Arrays:
    """A data set by field: uint8 images (N, C, H, W), int64 classes (N); on the device if small."""

    def __init__(self, fields: dict[str, Tensor], device: torch.device) -> None:
        small = sum(values.nbytes for values in fields.values()) < 2 << 30
        self.fields = {k: values.to(device) if small else values for k, values in fields.items()}

    def __len__(self) -> int:
        return len(next(iter(self.fields.values())))

    def read(self, index: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
        """The samples at `index` (B, on the CPU), raw, of the named fields only."""
        return {name: self.fields[name][index] for name in names}


@lru_cache(maxsize=2)
def permutation(length: int, seed: int, epoch: int) -> Tensor:
    """The order in which an epoch visits the samples."""
    return torch.from_numpy(np.random.default_rng((seed, epoch)).permutation(length))


def next_batch(state: State, data: Arrays, names: Sequence[str], count: int) -> dict[str, Tensor]:
    """The next `count` real samples on the device; a batch may reach into the next epoch."""
    parts, end = [], state.drawn + count
    while state.drawn < end:
        epoch, start = divmod(state.drawn, len(data))
        parts.append(permutation(len(data), state.seed, epoch)[start : start + end - state.drawn])
        state.drawn += len(parts[-1])
    batch = data.read(torch.cat(parts), names)
    return {name: values.to(state.noise.device) for name, values in batch.items()}
