"""What metrics are given, and the records of what they measure."""

from __future__ import annotations

import math
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganforge.errors import CannotStart
from ganforge.plugins.absence import summary
from ganforge.plugins.declarations import Metric

NOTHING = torch.empty(0)


@dataclass(frozen=True)
class Compared:
    """What a metric is given: features of real images (N, F) and of samples (M, F), float32 on the
    CPU; the classes (M) that the extractor recognises in samples, and those that were asked for, if
    any; and the seed of what it draws.

    real_images, fake_images: the images themselves as bytes (N, C, H, W) and (M, C, H, W), for
    metrics that see images. Of metrics that see pairs these are originals, and what stands beside
    each; `shave` is how many pixels at each edge do not count. What a metric does not see may be
    empty.
    """

    real: Tensor
    fake: Tensor
    recognised: Tensor
    asked: Tensor | None
    seed: int = 0
    real_images: Tensor = NOTHING
    fake_images: Tensor = NOTHING
    shave: int = 0


@dataclass(frozen=True)
class Figures:
    """A record for each metric, by names such as `fid[classifier-mnist]`, or without an extractor
    where it sees images alone; and for each that failed what went wrong.
    """

    records: dict[str, dict[str, Any]]
    problems: tuple[str, ...] = ()


def figures(
    metrics: Mapping[str, Metric], compared: Compared, extractor: str | None = None
) -> Figures:
    """What the metrics measure, each on its own: one that fails stops no other.

    extractor: the name of that of the features, if there is one. Raises `CannotStart` where there
    are too few images.
    """
    sizes = {
        "samples": max(len(compared.fake), len(compared.fake_images)),
        "real": max(len(compared.real), len(compared.real_images)),
    }
    for name, metric in metrics.items():
        for side, size in sizes.items():
            if size < metric.least:
                images = "real images" if side == "real" else side
                raise CannotStart(
                    f"{size} {images} are too few: `{name}` needs at least {metric.least}"
                )
    records, problems = {}, []
    for name, metric in metrics.items():
        by_features = "features" in metric.sees
        by = {"extractor": extractor} if by_features else {}
        called = f"{name}[{extractor}]" if by_features else name
        try:
            found = _record(metric, compared)
            records[called] = {**found, **sizes, **by, "seed": compared.seed}
        except Exception as error:
            problems.append(f"the metric `{name}` failed: {summary(error)}")
    return Figures(records, tuple(problems))


def _record(metric: Metric, compared: Compared) -> dict[str, Any]:
    """What a metric gives, as a record. Raises `TypeError` where that is no figure."""
    given = pkgutil.resolve_name(metric.measure)(compared)
    record = dict(given) if isinstance(given, Mapping) else {"value": given}
    value = record.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"it gives {given!r}, and no number")
    if not math.isfinite(value):
        raise ValueError(f"it gives {value}")
    return record
