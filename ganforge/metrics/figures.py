"""What metrics are given, and the records of what they measure."""

from __future__ import annotations

import math
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ganforge.errors import CannotStart
from ganforge.plugins.absence import summary
from ganforge.plugins.declarations import Metric


@dataclass(frozen=True)
class Compared:
    """What a metric is given: features of real images (N, F) and of samples (M, F), float32 on the
    CPU; the classes (M) that the extractor recognises in samples, and those that were asked for, if
    any; and the seed of what it draws.
    """

    real: Tensor
    fake: Tensor
    recognised: Tensor
    asked: Tensor | None
    seed: int = 0


@dataclass(frozen=True)
class Figures:
    """A record for each metric, by names such as `fid[classifier-mnist]`; and for each that failed
    what went wrong.
    """

    records: dict[str, dict[str, Any]]
    problems: tuple[str, ...] = ()


def figures(metrics: Mapping[str, Metric], compared: Compared, extractor: str) -> Figures:
    """What the metrics measure, each on its own: one that fails stops no other.

    Raises `CannotStart` where there are too few images.
    """
    sizes = {"samples": len(compared.fake), "real": len(compared.real)}
    for name, metric in metrics.items():
        for side, size in sizes.items():
            if size < metric.least:
                images = "real images" if side == "real" else side
                raise CannotStart(
                    f"{size} {images} are too few: `{name}` needs at least {metric.least}"
                )
    common = {**sizes, "extractor": extractor, "seed": compared.seed}
    records, problems = {}, []
    for name, metric in metrics.items():
        try:
            records[f"{name}[{extractor}]"] = {**_record(metric, compared), **common}
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
