"""The built-in metrics: what their declarations name."""

from __future__ import annotations

from typing import Any

from ganforge.metrics.distances import SUBSETS, frechet_distance, kernel_distance
from ganforge.metrics.figures import Compared
from ganforge.metrics.manifolds import NEIGHBOURS, covered


def fid(compared: Compared) -> float:
    """The squared Fréchet distance of real and generated features."""
    return frechet_distance(compared.real, compared.fake)


def kid(compared: Compared) -> dict[str, Any]:
    """The squared maximum mean discrepancy, with its spread over random subsets."""
    mean, std, size = kernel_distance(compared.real, compared.fake, compared.seed)
    return {"value": mean, "std": std, "subsets": SUBSETS, "subset_size": size}


def precision(compared: Compared) -> dict[str, Any]:
    """The share of samples that lie among real images."""
    return {"value": covered(compared.fake, compared.real), "neighbours": NEIGHBOURS}


def recall(compared: Compared) -> dict[str, Any]:
    """The share of real images that lie among samples."""
    return {"value": covered(compared.real, compared.fake), "neighbours": NEIGHBOURS}


def accuracy(compared: Compared) -> float:
    """The share of samples in which the extractor sees the class that was asked for."""
    assert compared.asked is not None
    return (compared.recognised == compared.asked).double().mean().item()
