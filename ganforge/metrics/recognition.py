"""How well a run's own networks tell classes apart: by their logits, and by nearest neighbours."""

from __future__ import annotations

import torch
from torch import Tensor

_ROWS = 256  # of distances that are in memory at once


def class_accuracy(logits: Tensor, labels: Tensor) -> float:
    """The share of logits (N, K) whose largest is that of the label (N)."""
    return (logits.argmax(1) == labels).double().mean().item()


def neighbour_accuracy(
    gallery: Tensor, known: Tensor, queries: Tensor, labels: Tensor, neighbours: int = 1
) -> float:
    """The share of queries (M, F) whose label (M) most of the nearest in the gallery (N, F) have.

    known (N): the labels of the gallery. Distances are Euclidean; of classes that equally many
    have, that of the nearest is taken. With one neighbour it is the evaluation of Donahue et al.
    (2017), https://arxiv.org/abs/1605.09782, section 4.2.
    """
    gallery, queries = gallery.double(), queries.double()
    chosen = []
    for rows in queries.split(_ROWS):
        nearest = torch.cdist(rows, gallery).topk(neighbours, largest=False).indices
        chosen.append(_most_frequent(known[nearest]))
    return (torch.cat(chosen) == labels).double().mean().item()


def _most_frequent(labels: Tensor) -> Tensor:
    """Of each row (M, N) the label that is most frequent, the first of those that are alike."""
    counts = (labels[:, :, None] == labels[:, None, :]).sum(2)
    return labels.gather(1, counts.argmax(1, keepdim=True)).flatten()
