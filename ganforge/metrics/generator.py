"""A run's networks as a function: from values of a latent, or of what lies behind it, to images."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

import torch
from torch import Tensor

from ganforge.errors import CannotStart
from ganforge.metrics.opened import Draw, OpenedRun
from ganforge.metrics.spaces import Space
from ganforge.runs.programs import import_program
from ganforge.runtime.staged import StagedState


class Generator:
    """A run's networks: they draw values of a space, and make images of values that are given."""

    def __init__(self, run: OpenedRun, space: Space) -> None:
        """Raises `CannotStart` where the run is in a stage whose images are not made of values."""
        place = run.about["data"]
        self.space = space
        self.loaded = run.networks(run.program(space.made, place))
        self.drawing = import_program(run.program(space.drawn, place).text)
        state = self.loaded.state
        if isinstance(state, StagedState) and state.stage.name not in space.stages:
            text = f"the run is in the stage `{state.stage.name}`, which makes no images from"
            raise CannotStart(f"{text} `{space.asked}`: train it further")
        if space.last is not None:
            self._check_list(import_program(run.program(space.last, place).text))

    def _check_list(self, last: ModuleType) -> None:
        """Raises `CannotStart` where the tensors of a list are not all the same."""
        first = self.values(2, 0)
        with torch.random.fork_rng():
            if not torch.equal(first, last.sample(state=self.loaded.state, count=2, seed=0)):
                text = f"`{self.space.asked}` is a list of tensors that are not the same"
                raise CannotStart(f"{text}: name the one that all of them are made from")

    def values(self, count: int, seed: int) -> Tensor:
        """Values (count, ...), as training draws them."""
        with torch.random.fork_rng():
            drawn: Tensor = self.drawing.sample(state=self.loaded.state, count=count, seed=seed)
        return drawn

    def images(self, values: Tensor, seed: int) -> Tensor:
        """Images (B, C, H, W) in -1..1 of values (B, ...); with the same seed the same noise and
        other latents.
        """
        given, space = {self.space.name: values}, self.space
        with torch.random.fork_rng():
            images: Tensor = self.loaded.module.sample(
                state=self.loaded.state, real=given, count=len(values), seed=seed
            )
        return (images.float() - space.low) * (2 / (space.high - space.low)) - 1


@dataclass(frozen=True)
class Batch:
    """How many values are drawn together, by which seed; and the seed of all else in images."""

    count: int
    seed: int
    other: int


def batches(draw: Draw, measured: str) -> Iterator[Batch]:
    """As many values as are asked for, each batch from random streams of its own."""

    def seed(what: str) -> int:
        return zlib.crc32(f"{draw.seed} {measured} {what}".encode())

    for start in range(0, draw.count, draw.batch):
        count = min(draw.batch, draw.count - start)
        yield Batch(count, seed(f"values {start}"), seed(f"images {start}"))
