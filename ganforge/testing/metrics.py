"""What every metric promises, one function per promise. Each raises `Unmet`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from ganforge.metrics.figures import Compared, figures
from ganforge.plugins.declarations import Metric
from ganforge.testing.declared import is_a_sentence, loaded
from ganforge.testing.streams import seed_all, undisturbed
from ganforge.testing.unmet import Unmet

USUAL = 96
"""So many samples and real images are compared, unless the metric needs more."""
FEATURES, CLASSES, SIDE = 8, 4, 16
FAR = 6.0
"""How far from the mean of real features, in deviations, the worst samples lie."""
DRAW = "draw from `torch.Generator().manual_seed(compared.seed)`"


def comparison(real: int, fake: int, worse: float = 0.0) -> Compared:
    """Features and images of so many real images and samples.

    worse: 0 for samples that are as real images are, up to 1 for ones that are all alike, and like
    none of them.
    """
    stream = torch.Generator().manual_seed(7)
    features = torch.randn(real + fake, FEATURES, generator=stream)
    images = _pictures(real + fake, stream)
    asked = torch.arange(fake) % CLASSES
    wrong = torch.rand(fake, generator=stream) < worse
    samples = features[real:].lerp(torch.full((FEATURES,), FAR), worse)
    return Compared(
        features[:real],
        samples,
        (asked + wrong) % CLASSES,
        asked,
        seed=3,
        real_images=images[:real].to(torch.uint8),
        fake_images=images[real:].lerp(torch.full((), 255.0), worse).to(torch.uint8),
    )


def _pictures(count: int, stream: torch.Generator) -> Tensor:
    """Images (count, 3, 16, 16) from 0 to 255: two colours, and where one becomes the other."""
    colours = torch.rand(2, count, 3, 1, 1, generator=stream)
    slope = torch.linspace(0, 1, SIDE) + torch.rand(count, 1, 1, 1, generator=stream) - 0.5
    return 255 * colours[0].lerp(colours[1], slope.clamp(0, 1).expand(-1, -1, SIDE, -1))


@dataclass(frozen=True)
class MetricCases:
    """A metric, which needs no samples of its author."""

    metric: Metric
    samples: object = ()

    @property
    def usual(self) -> int:
        return max(USUAL, 2 * self.metric.least)

    def given(self, compared: Compared) -> Compared:
        """What the metric sees of a comparison, as `eval` hands it over."""
        plain = Compared(torch.empty(0), torch.empty(0), torch.empty(0), None, compared.seed)
        if "features" in self.metric.sees:
            plain = replace(
                plain, real=compared.real, fake=compared.fake, recognised=compared.recognised
            )
        if {"images", "pairs"} & set(self.metric.sees):
            plain = replace(
                plain, real_images=compared.real_images, fake_images=compared.fake_images
            )
        return replace(plain, asked=compared.asked if self.metric.classes else None)

    def compared(self, real: int, fake: int, worse: float = 0.0) -> Compared:
        """So many real images and samples; of a metric of pairs, samples beside their originals."""
        plain = comparison(real, fake, worse)
        if "pairs" not in self.metric.sees:
            return plain
        bright = torch.full((), 255.0)
        near = plain.real_images.float().lerp(bright, worse).to(torch.uint8)
        return replace(plain, fake_images=near)

    def figure(self, compared: Compared) -> dict[str, Any]:
        """The record of the metric. Raises `Unmet` where it gives no figure."""
        name = self.metric.name
        found = figures({name: self.metric}, self.given(compared), "kit")
        if found.problems:
            sizes = f"{len(compared.real)} real images and {len(compared.fake)} samples"
            remedy = "return a finite number, or a mapping with one as `value`"
            raise Unmet(found.problems[0], f"`{name}` on {sizes}", remedy)
        (record,) = found.records.values()
        return record


def has_a_sound_declaration(cases: MetricCases) -> None:
    """What the fields of the declaration say, and that its function can be imported."""
    metric = cases.metric
    is_a_sentence(metric.summary, metric.name)
    loaded(metric.measure, metric.name)
    if metric.sees != ("pairs",) and (not metric.sees or set(metric.sees) - {"features", "images"}):
        remedy = 'write `sees=("features",)`, `("images",)` or both, or `("pairs",)`'
        raise Unmet(f"it sees {metric.sees!r}", metric.name, remedy)
    if metric.least < 1:
        raise Unmet(f"it needs at least {metric.least} images", metric.name, "write `least=1`")


def gives_a_figure(cases: MetricCases) -> None:
    """A finite number, for as few images as it says, and for unequal numbers of them."""
    few, many = cases.metric.least, cases.usual
    equal, unequal = [(many, many), (few, few)], [(many, many // 2), (many // 2, many)]
    for real, fake in equal + ([] if "pairs" in cases.metric.sees else unequal):
        cases.figure(cases.compared(real, fake))


def is_the_same_each_time(cases: MetricCases) -> None:
    """The figure follows from what is compared and from `compared.seed`, and from nothing else."""
    compared = cases.compared(cases.usual, cases.usual)
    records = []
    for seed in (1, 2):
        seed_all(seed)
        records.append(cases.figure(compared))
    if records[0] != records[1]:
        raise Unmet("it gives another figure each time", cases.metric.name, DRAW)


def leaves_random_numbers_alone(cases: MetricCases) -> None:
    """It draws from no random numbers that others share."""
    with undisturbed(cases.metric.name, DRAW):
        cases.figure(cases.compared(cases.usual, cases.usual))


def leaves_what_it_is_given(cases: MetricCases) -> None:
    """The metrics after it are given the same tensors."""
    compared = cases.compared(cases.usual, cases.usual)
    before = {f.name: getattr(compared, f.name) for f in fields(compared)}
    kept = {name: value.clone() for name, value in before.items() if isinstance(value, Tensor)}
    cases.figure(compared)
    for name, value in kept.items():
        if not torch.equal(before[name], value):
            remedy = "compute on copies: no `+=`, `sort_`, `clamp_` on what it is given"
            raise Unmet(f"it changes `compared.{name}`", cases.metric.name, remedy)


def tells_worse_samples(cases: MetricCases) -> None:
    """If it says what is `best`, samples that are ever less like real images are ever farther from
    that.
    """
    best = cases.metric.best
    if best is None:
        return
    steps = (0.0, 0.5, 1.0)
    values = [cases.figure(cases.compared(cases.usual, cases.usual, s))["value"] for s in steps]
    away = [abs(value - best) for value in values]
    if not (away[0] <= away[1] + 1e-9 and away[1] <= away[2] + 1e-9 and away[0] < away[2]):
        told = ", ".join(f"{value:.4g}" for value in values)
        remedy = f"`best={best:g}` is the figure of samples like real ones; or leave `best` out"
        raise Unmet(f"for worse and worse samples it gives {told}", cases.metric.name, remedy)


CLAIMS: tuple[Callable[[MetricCases], None], ...] = (
    has_a_sound_declaration,
    gives_a_figure,
    is_the_same_each_time,
    leaves_random_numbers_alone,
    leaves_what_it_is_given,
    tells_worse_samples,
)
