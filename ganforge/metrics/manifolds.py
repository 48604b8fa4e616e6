"""Precision and recall: whether samples lie among real images, and real images among samples.

Kynkäänniemi et al. (2019), https://arxiv.org/abs/1904.06991, equations 1 and 2.
"""

from __future__ import annotations

import torch
from torch import Tensor

NEIGHBOURS = 3
_ROWS = 1024  # of distances that are in memory at once


def precision_and_recall(
    real: Tensor, fake: Tensor, neighbours: int = NEIGHBOURS
) -> tuple[float, float]:
    """The share of `fake` (M, F) on the manifold of `real` (N, F), and the other way round."""
    return covered(fake, real, neighbours), covered(real, fake, neighbours)


def covered(points: Tensor, centres: Tensor, neighbours: int = NEIGHBOURS) -> float:
    """The share of points (M, F) on the manifold of `centres` (N, F).

    A manifold is the union of balls around its points, each as large as the distance to the
    point's k-th nearest neighbour in its own set. Both sets have more than `neighbours` points.
    """
    points, centres = points.double(), centres.double()
    radii = torch.cat([_radii(rows, centres, neighbours) for rows in centres.split(_ROWS)])
    inside = [(torch.cdist(rows, centres) <= radii).any(1) for rows in points.split(_ROWS)]
    return torch.cat(inside).double().mean().item()


def _radii(rows: Tensor, centres: Tensor, neighbours: int) -> Tensor:
    """The distance from each row to its k-th neighbour; the nearest of all is the row itself."""
    return torch.cdist(rows, centres).kthvalue(neighbours + 1, dim=1).values
