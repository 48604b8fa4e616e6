"""Losses that become infinite or NaN are noticed without waiting for the device."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor

from ganforge.runtime.checkpoints import non_finite


class FiniteWatch:
    """Keeps on the device the first round in which each loss was not finite."""

    def __init__(self) -> None:
        self.first: dict[str, Tensor] = {}

    def see(self, round: int, losses: dict[str, Tensor]) -> None:
        """Look at the losses of a round."""
        for name, loss in losses.items():
            bad = torch.where(loss.isfinite(), math.inf, round)
            self.first[name] = torch.minimum(self.first.get(name, bad), bad)

    def check(self, checkpoints: Path) -> None:
        """Raise `NonFinite` for the loss that broke first; waits for the device."""
        rounds = {name: first.item() for name, first in self.first.items()}
        name = min(rounds, key=rounds.__getitem__, default="")
        if name and rounds[name] < math.inf:
            raise non_finite(f"the loss {name!r} is", int(rounds[name]), checkpoints)
