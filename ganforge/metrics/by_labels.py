"""What is measured of a run's own networks: the classes that they tell apart in labelled images
which training has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.errors import CannotStart
from ganforge.metrics.figures import Figures
from ganforge.metrics.gathering import domain_of
from ganforge.metrics.opened import Draw, OpenedRun
from ganforge.metrics.readings import Labels, Reading, reading
from ganforge.metrics.recognition import class_accuracy, neighbour_accuracy
from ganforge.runs.loading import Loaded
from ganforge.runs.programs import import_program
from ganforge.runtime.data import Data
from ganforge.runtime.staged import StagedState


@dataclass(frozen=True)
class Recognition:
    """What is measured, of tensors that wiring names: the accuracy of logits (`classify`), and that
    of the nearest neighbours of features (`neighbours`) among training images.

    nearest: how many neighbours. gallery: at most so many training images.
    """

    classify: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    nearest: int = 1
    gallery: int = 60_000
    labels: Labels = field(default_factory=Labels)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The tensors that are measured."""
        return (*self.classify, *self.neighbours)


def figures_of_networks(
    run: OpenedRun, asked: Recognition, draw: Draw
) -> tuple[Figures, dict[str, Any]]:
    """A record for each tensor, by names such as `class-accuracy[on_real.label]` and
    `1-nn-accuracy[code]`; and which images were recognised.

    Raises `CannotStart` where a tensor, the labels or the images do not serve.
    """
    logits = [_logits(run, wiring, asked) for wiring in asked.classify]
    features = [reading(run.compilation, w, asked.labels, "--neighbours") for w in asked.neighbours]
    records: dict[str, dict[str, Any]] = {}
    for wiring, of in zip(asked.classify, logits, strict=True):
        records[f"class-accuracy[{wiring}]"] = _Reader(run, of, draw).by_logits()
    for wiring, of in zip(asked.neighbours, features, strict=True):
        reader, name = _Reader(run, of, draw), f"{asked.nearest}-nn-accuracy[{wiring}]"
        records[name] = reader.by_neighbours(asked.nearest, asked.gallery)
    images = "held-out images" if run.own else "other images"
    return Figures(records), {"images": images, "trained_on": run.about["data"]}


def _logits(run: OpenedRun, wiring: str, asked: Recognition) -> Reading:
    """A tensor that has a number for each class."""
    of = reading(run.compilation, wiring, asked.labels, "--classify")
    if of.shape.shape != (of.classes,):
        text = f"{of.asked} is {of.shape}, and `{of.label}` has {of.classes} classes"
        raise CannotStart(f"{text}: name the logits, one for each class")
    return of


class _Reader:
    """Reads a tensor and the labels beside it, of images that are recognised and of training."""

    def __init__(self, run: OpenedRun, of: Reading, draw: Draw) -> None:
        """Raises `CannotStart` where no images are there that training has not seen."""
        self.of, self.draw = of, draw
        self.loaded: Loaded = run.networks(run.compilation.program(run.about["data"]))
        state = self.loaded.state
        if isinstance(state, StagedState) and state.stage.name not in of.stages:
            text = f"the run is in the stage `{state.stage.name}`, in which there is no {of.asked}"
            raise CannotStart(f"{text}: train it further")
        self.module = import_program(run.program(of.plan, run.about["data"]).text)
        own: Data = self.module.open_data(run.about["data"])
        if run.own and own.held_out is None:
            text = f"the run was trained on all images of {run.place}"
            raise CannotStart(f"{text}: name others by `--data`, such as a test set")
        unseen = (own.held_out if run.own else None) or run.data(of.whole(), run.place)
        self.training, self.unseen = self._domain(own), self._domain(unseen)

    def _domain(self, data: Data) -> Data:
        domain = domain_of(data, self.of.image)
        if self.of.label not in domain.read([0]):
            text = f"`{self.of.label}` is no class of the images of `{self.of.image}`"
            raise CannotStart(f"{text}: name another class field with `--labels`")
        return domain

    def by_logits(self) -> dict[str, Any]:
        """The record of a tensor that holds a number for each class."""
        values, labels = self._read(self.unseen, self.draw.count)
        return {"value": class_accuracy(values, labels), **self._said(labels)}

    def by_neighbours(self, nearest: int, gallery: int) -> dict[str, Any]:
        """The record of a tensor's nearest neighbours among training images."""
        known, given = self._read(self.training, gallery)
        if len(known) < nearest:
            text = f"{nearest} neighbours are asked for among {len(known)} training images"
            raise CannotStart(f"{text}: lower `--nearest`, or raise `--gallery`")
        values, labels = self._read(self.unseen, self.draw.count)
        value = neighbour_accuracy(known.flatten(1), given, values.flatten(1), labels, nearest)
        return {"value": value, "neighbours": nearest, "gallery": len(known), **self._said(labels)}

    def _said(self, labels: Tensor) -> dict[str, Any]:
        """What every record says of the images that are recognised."""
        common = {"classes": self.of.classes, "seed": self.draw.seed}
        return {"recognised": len(labels), "label": self.of.label, **common}

    def _read(self, data: Data, most: int) -> tuple[Tensor, Tensor]:
        order = np.random.default_rng(self.draw.seed).permutation(data.count)[:most].tolist()
        size, values, labels = self.draw.batch, [], []
        for start in range(0, len(order), size):
            batch = data.read(order[start : start + size])
            values.append(self._computed({self.of.image: batch[self.of.image]}))
            labels.append(batch[self.of.label])
        return torch.cat(values), torch.cat(labels)

    def _computed(self, batch: dict[str, Tensor]) -> Tensor:
        """The tensor of a batch; noise inside the networks leaves the global one as it was."""
        state = self.loaded.state
        real = {name: images.to(state.noise.device) for name, images in batch.items()}
        count = len(next(iter(real.values())))
        with torch.random.fork_rng():
            values: Tensor = self.module.sample(
                state=state, real=real, count=count, seed=self.draw.seed
            )
        return values.float().cpu()
