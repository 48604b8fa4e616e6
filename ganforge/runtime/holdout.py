"""A part of the data that training never sees."""

from __future__ import annotations

import numpy as np

from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError


def hold_out(data: Data, holdout: float) -> Data:
    """The data without some samples, the same in every run, which its `held_out` has.

    holdout: how many are kept from training, or their share if it is below 1.
    """
    kept = round(holdout if holdout >= 1 else holdout * data.count)
    if not 0 < kept < data.count:
        text = f"`holdout = {holdout:g}` keeps {kept} of {data.count} samples from training"
        raise RunError(f"{text}: give another number, or another share.")
    order = np.random.default_rng(0).permutation(data.count).tolist()
    training = part_of(data, order[kept:])
    training.held_out = part_of(data, order[:kept])
    return training


def part_of(data: Data, numbers: list[int]) -> Data:
    """The samples of these numbers as a data set."""
    return Data(len(numbers), lambda index: data.read([numbers[i] for i in index]))
