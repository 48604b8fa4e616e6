"""What is measured of a run's latents, or of what lies between them and the images."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganforge.errors import CannotStart
from ganforge.metrics.extractor import Extractor, load_extractor
from ganforge.metrics.figures import Figures
from ganforge.metrics.generator import Batch, Generator, batches
from ganforge.metrics.opened import Draw, OpenedRun
from ganforge.metrics.paths import (
    EPSILON,
    lerp,
    mean_length,
    path_lengths,
    perceptual_distance,
    slerp,
)
from ganforge.metrics.separation import conditional_entropy, sides, surest_half
from ganforge.metrics.spaces import Space, space_of
from ganforge.runtime.samples import as_bytes


@dataclass(frozen=True)
class Disentanglement:
    """What is measured, of tensors that wiring names: the length of paths through them, and how
    well hyperplanes of them tell attributes of the images.

    attributes: the folder of the classifier that tells these.
    """

    path_length: tuple[str, ...] = ()
    separability: tuple[str, ...] = ()
    attributes: Path | None = None

    @property
    def wanted(self) -> tuple[str, ...]:
        """The tensors that are measured."""
        return (*self.path_length, *self.separability)


def figures_of_latents(
    run: OpenedRun, asked: Disentanglement, extractor: Extractor | None, draw: Draw
) -> tuple[Figures, dict[str, Any]]:
    """Records by names such as `ppl[classifier-mnist, M(z), full]`, and by what they are measured.

    Raises `CannotStart` where a tensor, the extractor or the classifier does not serve.
    """
    paths = [_space_of_paths(run, wiring) for wiring in asked.path_length]
    others = [space_of(run.compilation, w, "--separability") for w in asked.separability]
    about: dict[str, Any] = {}
    records: dict[str, dict[str, Any]] = {}
    teller = _teller(asked, run.device)
    if paths:
        if extractor is None:
            text = f"`--path-length {paths[0].asked}` is measured by features"
            raise CannotStart(f"{text}: give a classifier's folder with `--features`")
        about["extractor"] = dict(extractor.about)
        for space in paths:
            records |= path_length_records(Generator(run, space), extractor, draw)
    if teller:
        about["attributes"] = dict(teller.about)
        for space in others:
            records |= separability_records(Generator(run, space), teller, draw)
    return Figures(records), about


def _space_of_paths(run: OpenedRun, wiring: str) -> Space:
    """Raises `CannotStart` for a space in which there are no ways."""
    space = space_of(run.compilation, wiring, "--path-length")
    if space.countable:
        text = f"`--path-length {space.asked}` is 0 or 1, with no way between them"
        raise CannotStart(f"{text}: name a latent of numbers, or what networks make of it")
    return space


def _teller(asked: Disentanglement, device: str) -> Extractor | None:
    """The classifier of attributes. Raises `CannotStart` where it is missing, or not asked for."""
    if asked.attributes is None:
        if asked.separability:
            text = f"`--separability {asked.separability[0]}` is measured by attributes of images"
            how = "that `ganforge train-features DATA --attributes NAMES` made"
            raise CannotStart(f"{text}: give the folder {how} with `--attributes`")
        return None
    if not asked.separability:
        raise CannotStart("`--attributes` is for `--separability TENSOR`: say of which tensor")
    teller = load_extractor(asked.attributes, device)
    if not teller.attributes:
        text = f"{asked.attributes} tells {teller.classes} classes, and no attributes"
        raise CannotStart(f"{text}: train one with `ganforge train-features DATA --attributes`")
    return teller


def path_length_records(
    generator: Generator, extractor: Extractor, draw: Draw
) -> dict[str, dict[str, Any]]:
    """The records of the mean length of random ways: anywhere on them, and at their ends."""
    records: dict[str, dict[str, Any]] = {}
    for part in ("full", "end"):
        drawn = batches(draw, "path length")
        lengths = [_lengths(generator, extractor, b, ends=part == "end") for b in drawn]
        how = {"samples": draw.count, "epsilon": EPSILON, "between": between(generator).__name__}
        value, by = mean_length(torch.cat(lengths)), {"extractor": extractor.name}
        record = {"value": value, **how, **by, "seed": draw.seed}
        records[f"ppl[{extractor.name}, {generator.space.asked}, {part}]"] = record
    return records


def between(generator: Generator) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """How a way leads from one value to another: around 0, or straight."""
    return slerp if generator.space.spherical else lerp


@torch.no_grad()
def _lengths(generator: Generator, extractor: Extractor, batch: Batch, *, ends: bool) -> Tensor:
    """The lengths (count) of ways between random values, at their starts or anywhere on them."""
    drawn = generator.values(2 * batch.count, batch.seed)
    a, b = drawn.flatten(1).double().chunk(2)
    stream = torch.Generator().manual_seed(batch.seed)
    t = torch.rand(batch.count, generator=stream, dtype=torch.float64) * (not ends)
    on = between(generator)

    def way(t: Tensor) -> Tensor:
        return on(a, b, t).to(drawn.dtype).view(-1, *drawn.shape[1:])

    def make(values: Tensor) -> list[Tensor]:
        return extractor.stages(generator.images(values, batch.other))

    return path_lengths(way, make, perceptual_distance, t.to(a.device)).cpu()


def separability_records(
    generator: Generator, teller: Extractor, draw: Draw
) -> dict[str, dict[str, Any]]:
    """The records of how uncertain each attribute is for one who knows the side of a hyperplane:
    `exp(H(Y|X))`, and the product of all.
    """
    values, logits = _told(generator, teller, draw)
    of, by = f"{teller.name}, {generator.space.asked}", {"classifier": teller.name}
    said = {"samples": draw.count, "kept": draw.count // 2, **by, "seed": draw.seed}
    records: dict[str, dict[str, Any]] = {}
    for attribute, own in zip(teller.attributes, logits.unbind(1), strict=True):
        kept = surest_half(own)
        labels = own[kept] > 0
        known = sides(values[kept], labels)
        found = {"share": _mean(labels), "told": _mean(known == labels)}
        value = math.exp(conditional_entropy(labels, known))
        records[f"separability[{of}, {attribute}]"] = {"value": value, **found, **said}
    product = math.prod(record["value"] for record in records.values())
    return {f"separability[{of}]": {"value": product, **said}, **records}


def _mean(values: Tensor) -> float:
    return values.double().mean().item()


@torch.no_grad()
def _told(generator: Generator, teller: Extractor, draw: Draw) -> tuple[Tensor, Tensor]:
    """Random values (N, F), and the logits (N, K) of the attributes of their images."""
    values, logits = [], []
    for batch in batches(draw, "separability"):
        drawn = generator.values(batch.count, batch.seed)
        images = as_bytes(generator.images(drawn, batch.other), -1, 1)
        values.append(drawn.flatten(1).cpu())
        logits.append(teller.logits(images).cpu())
    return torch.cat(values), torch.cat(logits)
