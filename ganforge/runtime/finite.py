"""Losses and weights that become infinite or NaN are noticed before a checkpoint is written."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor

from ganforge.runtime.checkpoints import all_checkpoints
from ganforge.runtime.errors import NonFinite
from ganforge.runtime.state import State


def watch_losses(first: dict[str, Tensor], losses: dict[str, Tensor], round: int) -> None:
    """Keep in `first`, on the device, the first round in which each loss was not finite."""
    for name, loss in losses.items():
        bad = torch.where(loss.isfinite(), math.inf, round)
        first[name] = torch.minimum(first[name], bad) if name in first else bad


def check_finite(state: State, first: dict[str, Tensor], folder: Path) -> None:
    """Raise `NonFinite` for the loss that broke first, or a weight; this waits for the device."""
    rounds = {f"the loss {name!r}": value.item() for name, value in first.items()}
    for name, network in state.networks.items():
        if not all(weight.isfinite().all() for weight in network.parameters()):
            rounds[f"a weight of {name}"] = state.round
    what = min(rounds, key=rounds.__getitem__, default="")
    if what and rounds[what] < math.inf:
        last = ", ".join(map(str, all_checkpoints(folder)[-1:])) or "none"
        text = f"In round {rounds[what]:.0f} {what} was not finite; last good checkpoint: {last}."
        raise NonFinite(f"{text} Lower the learning rate.")
