"""The metrics by name, and the records of their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ganforge.errors import CannotStart
from ganforge.metrics.distances import SUBSETS, frechet_distance, kernel_distance
from ganforge.metrics.manifolds import NEIGHBOURS, precision_and_recall

METRICS = ("fid", "kid", "precision", "recall", "accuracy")
LEAST = 2 * (NEIGHBOURS + 1)
"""Fewer images have no figures."""


@dataclass(frozen=True)
class Compared:
    """Features of real images (N, F) and of samples (M, F); the classes (M) that the extractor
    recognises in samples, and those that were asked for, if any.
    """

    real: Tensor
    fake: Tensor
    recognised: Tensor
    asked: Tensor | None


def figures(
    metrics: tuple[str, ...], compared: Compared, extractor: str, seed: int
) -> dict[str, dict[str, Any]]:
    """A record for each metric, by names such as `fid[classifier-mnist]`.

    Raises `CannotStart` where there are too few images.
    """
    sizes = {"samples": len(compared.fake), "real": len(compared.real)}
    for name, size in sizes.items():
        if size < LEAST:
            images = "real images" if name == "real" else name
            raise CannotStart(f"{size} {images} are too few: metrics need at least {LEAST}")
    common = {**sizes, "extractor": extractor, "seed": seed}
    found = _values(metrics, compared, seed)
    return {f"{metric}[{extractor}]": {**found[metric], **common} for metric in metrics}


def _values(metrics: tuple[str, ...], compared: Compared, seed: int) -> dict[str, dict[str, Any]]:
    real, fake, found = compared.real, compared.fake, dict[str, dict[str, Any]]()
    if "fid" in metrics:
        found["fid"] = {"value": frechet_distance(real, fake)}
    if "kid" in metrics:
        mean, std, size = kernel_distance(real, fake, seed)
        found["kid"] = {"value": mean, "std": std, "subsets": SUBSETS, "subset_size": size}
    if {"precision", "recall"} & set(metrics):
        precision, recall = precision_and_recall(real, fake)
        found["precision"] = {"value": precision, "neighbours": NEIGHBOURS}
        found["recall"] = {"value": recall, "neighbours": NEIGHBOURS}
    if "accuracy" in metrics:
        assert compared.asked is not None
        agreeing = (compared.recognised == compared.asked).double().mean()
        found["accuracy"] = {"value": agreeing.item()}
    return found
