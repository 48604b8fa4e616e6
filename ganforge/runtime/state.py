"""What training changes, and how far it has come."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import nn


@dataclass
class State:
    """Everything that training changes; a checkpoint holds all of it."""

    networks: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]
    noise: torch.Generator  # latents and all else that is drawn per round
    seed: int
    averages: dict[str, nn.Module] = field(default_factory=dict)
    losses: dict[str, nn.Module] = field(default_factory=dict)
    stage: str = ""
    samples: int = 1  # in an epoch
    round: int = 0
    images: int = 0  # real samples of the first player
    drawn: int = 0  # real samples of all players
    steps: Counter[str] = field(default_factory=Counter)


class Progress(NamedTuple):
    """What the formulas of live numbers know."""

    step: int
    round: int
    kimg: float
    epoch: float
    progress: float


def progress_of(state: State, player: str, share: float) -> Progress:
    """How far a player is; `share` is the part of the training that is done, 0 to 1."""
    kimg, epoch = state.images / 1000, state.images / state.samples
    return Progress(state.steps[player], state.round, kimg, epoch, share)


def random_stream(seed: int, name: str, device: torch.device) -> torch.Generator:
    """A stream of random numbers of its own, on the device (on the CPU for the meta device)."""
    generator = torch.Generator("cpu" if device.type == "meta" else device)
    return generator.manual_seed(zlib.crc32(f"{seed} {name}".encode()))
