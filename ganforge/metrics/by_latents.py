"""What is measured of a run's latents, or of what lies between them and the images."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganforge.errors import CannotStart
from ganforge.metrics.extractor import Extractor
from ganforge.metrics.figures import Figures
from ganforge.metrics.opened import Draw, OpenedRun
from ganforge.metrics.paths import (
    EPSILON,
    lerp,
    mean_length,
    path_lengths,
    perceptual_distance,
    slerp,
)
from ganforge.metrics.spaces import Space, space_of
from ganforge.runs.programs import import_program
from ganforge.runtime.staged import StagedState


@dataclass(frozen=True)
class Disentanglement:
    """What is measured, of tensors that wiring names: the length of paths through them."""

    path_length: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """The tensors that are measured."""
        return self.path_length


def figures_of_latents(
    run: OpenedRun, asked: Disentanglement, extractor: Extractor | None, draw: Draw
) -> tuple[Figures, dict[str, Any]]:
    """Records by names such as `ppl[classifier-mnist, M(z), full]`, and by what they are measured.

    Raises `CannotStart` where a tensor or an extractor does not serve.
    """
    if extractor is None:
        text = f"`--path-length {asked.path_length[0]}` is measured by features"
        raise CannotStart(f"{text}: give a classifier's folder with `--features`")
    spaces = [space_of(run.compilation, wiring, "--path-length") for wiring in asked.path_length]
    for space in spaces:
        if space.countable:
            text = f"`--path-length {space.asked}` is 0 or 1, with no way between them"
            raise CannotStart(f"{text}: name a latent of numbers, or what networks make of it")
    records: dict[str, dict[str, Any]] = {}
    for space in spaces:
        generator = Generator(run, space)
        for part in ("full", "end"):
            record = _path_length(generator, extractor, draw, ends=part == "end")
            records[f"ppl[{extractor.name}, {space.asked}, {part}]"] = record
    return Figures(records), {"extractor": dict(extractor.about)}


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


def _path_length(
    generator: Generator, extractor: Extractor, draw: Draw, *, ends: bool
) -> dict[str, Any]:
    """The record of the mean length of random ways; at their `ends`, or anywhere on them."""
    parts = [_lengths(generator, extractor, b, ends=ends) for b in batches(draw, "path length")]
    by = {"samples": draw.count, "epsilon": EPSILON, "extractor": extractor.name}
    return {"value": mean_length(torch.cat(parts)), **by, "seed": draw.seed}


@torch.no_grad()
def _lengths(generator: Generator, extractor: Extractor, batch: Batch, *, ends: bool) -> Tensor:
    """The lengths (count) of ways between random values, at their starts or anywhere on them."""
    drawn = generator.values(2 * batch.count, batch.seed)
    a, b = drawn.flatten(1).double().chunk(2)
    stream = torch.Generator().manual_seed(batch.seed)
    t = torch.rand(batch.count, generator=stream, dtype=torch.float64) * (not ends)
    between = slerp if generator.space.spherical else lerp

    def way(t: Tensor) -> Tensor:
        return between(a, b, t).to(drawn.dtype).view(-1, *drawn.shape[1:])

    def make(values: Tensor) -> list[Tensor]:
        return extractor.stages(generator.images(values, batch.other))

    return path_lengths(way, make, perceptual_distance, t.to(a.device)).cpu()
