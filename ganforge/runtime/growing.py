"""Networks that grow: a level's layers are made when training comes to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

from ganforge.runtime.averages import average_of
from ganforge.runtime.staged import StagedState
from ganforge.runtime.state import random_stream


@dataclass
class GrowingState(StagedState):
    """Where networks have the layers of the levels that were reached: what is not trained yet takes
    no memory.
    """

    layers_of: Callable[[range, torch.device], dict[str, nn.Module]] = lambda levels, device: {}
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def __post_init__(self) -> None:
        """The networks have been made with the layers up to the first stage's level."""
        self.level = self.stages[0].level

    def begin(self, place: int) -> None:
        """Go to the start of a stage, with networks that have the layers of its level."""
        self.grow(max(stage.level for stage in self.stages[: place + 1]))
        super().begin(place)

    def grow(self, level: int | None = None) -> None:
        """Give networks and averages their layers up to a level, by default the last. How these
        start follows from the seed and their level alone.
        """
        last = max(stage.level for stage in self.stages) if level is None else level
        for new in range(self.level + 1, last + 1):
            stream = random_stream(self.seed, f"level {new}", self.device)
            torch.manual_seed(stream.initial_seed())
            added, meta = self.layers_of(range(new, new + 1), self.device), torch.device("meta")
            with meta:
                whole = self.layers_of(range(new + 1), meta)
            for name, layers in added.items():
                if name in self.averages:
                    add_layers(self.averages[name], average_of(layers), whole[name])
                add_layers(self.networks[name], layers, whole[name])
            self.level = new


def add_layers(network: nn.Module, layers: nn.Module, whole: nn.Module) -> None:
    """Give a network layers, which it then has in the order of the `whole`."""
    known = dict(network.named_children())
    for name in known:
        delattr(network, name)
    known |= layers.named_children()
    for name, _ in whole.named_children():
        network.add_module(name, known[name])
