"""Vectors of which a sample has several, such as the embeddings of its captions."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from torch import Tensor

from ganforge.runtime.data import Data


class Captioned(Data):
    """Data whose `fields` may have several vectors a sample, (B, K, N), of which it gives one,
    (B, N): `visit` any of them, drawn anew in each epoch, `read` the first.
    """

    def __init__(self, data: Data, fields: list[str]) -> None:
        super().__init__(data.count, self.read_first)
        self.data, self.fields = data, fields
        self.held_out = Captioned(data.held_out, fields) if data.held_out else None

    def read_first(self, index: list[int]) -> dict[str, Tensor]:
        """The samples of these numbers, each with the first of its vectors."""
        batch = self.data.read(index)
        first = {n: batch[n][:, 0] for n in self.fields if batch[n].ndim == 3}
        return batch | first

    def visit(self, start: int, count: int, seed: int, domain: int = 0) -> dict[str, Tensor]:
        """`count` samples from the `start`-th on."""
        batch = self.data.visit(start, count, seed, domain)
        places = [divmod(k, self.count) for k in range(start, start + count)]
        for name in self.fields:
            if batch[name].ndim == 3:
                several = batch[name].shape[1]
                chosen = [epoch_choice(self.count, several, seed, e)[k] for e, k in places]
                batch[name] = batch[name][range(count), chosen]
        return batch


@lru_cache(maxsize=4)
def epoch_choice(count: int, several: int, seed: int, epoch: int) -> list[int]:
    """Which of several vectors an epoch takes at each of its places."""
    return np.random.default_rng((seed, epoch, several)).integers(several, size=count).tolist()
