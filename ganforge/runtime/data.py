"""Data sets, and the order in which training visits them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from torch import Tensor

from ganforge.runtime.state import State


@dataclass
class Data:
    """A data set: `read` gives images as bytes (B, C, H, W) and classes as int64 (B), by field."""

    count: int
    read: Callable[[list[int]], dict[str, Tensor]]
    held_out: Data | None = None  # samples and metrics use `data.held_out or data`

    def visit(self, start: int, count: int, seed: int, domain: int = 0) -> dict[str, Tensor]:
        """`count` samples from the `start`-th on, which may reach into the next epoch."""
        places = [divmod(k, self.count) for k in range(start, start + count)]
        return self.read([epoch_order(self.count, seed, epoch, domain)[k] for epoch, k in places])


@lru_cache(maxsize=4)
def epoch_order(count: int, seed: int, epoch: int, domain: int) -> list[int]:
    """The order in which an epoch visits the samples."""
    return np.random.default_rng((seed, epoch, domain)).permutation(count).tolist()


def next_batch(state: State, data: Data, count: int) -> dict[str, Tensor]:
    """The next `count` samples on the device."""
    batch = data.visit(state.drawn, count, state.seed)
    state.drawn += count
    device = state.noise.device
    if device.type == "cuda":  # from pinned memory, copying does not wait for the rounds before
        batch = {name: values.pin_memory() for name, values in batch.items()}
    return {name: values.to(device, non_blocking=True) for name, values in batch.items()}


def first_batch(state: State, data: Data, count: int, seed: int) -> dict[str, Tensor]:
    """The first `count` held-out samples, else any, in the order of a seed, without random crops
    and flips; training's place in the data stays.
    """
    shown = data.held_out or data
    order = epoch_order(shown.count, seed, 0, 0)
    batch = shown.read([order[k % shown.count] for k in range(count)])
    return {name: values.to(state.noise.device) for name, values in batch.items()}
