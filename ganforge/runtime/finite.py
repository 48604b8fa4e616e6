"""Losses that become infinite or NaN are noticed without waiting for the device."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor

from ganforge.runtime.checkpoints import not_finite


class FiniteWatch:
    """Keeps on the device the first round in which each loss was not finite."""

    def __init__(self) -> None:
        self.first: dict[str, Tensor] = {}

    def see(self, round: int, losses: dict[str, Tensor]) -> None:
        for name, loss in losses.items():
            bad = torch.where(loss.isfinite(), math.inf, round)
            self.first[name] = torch.minimum(self.first.get(name, bad), bad)

    def check(self, folder: Path) -> None:
        """Raise `NonFinite` for the loss that broke first; this waits for the device."""
        rounds = {first.item(): name for name, first in reversed(self.first.items())}
        if rounds and min(rounds) < math.inf:
            raise not_finite(rounds[min(rounds)], int(min(rounds)), folder)
