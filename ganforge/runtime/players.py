"""Small tools of a player's step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


@contextmanager
def frozen(*networks: nn.Module) -> Iterator[None]:
    """Gradients pass through the networks and are not gathered for them."""
    weights = [w for network in networks for w in network.parameters() if w.requires_grad]
    try:
        for weight in weights:
            weight.requires_grad_(False)
        yield
    finally:
        for weight in weights:
            weight.requires_grad_(True)


def backward(loss: Tensor, *networks: nn.Module, retain_graph: bool = False) -> None:
    """The gradients of a loss for the weights of these networks alone, in place of older ones."""
    weights = [w for network in networks for w in network.parameters() if w.requires_grad]
    for weight in weights:
        weight.grad = None
    loss.backward(inputs=weights, retain_graph=retain_graph)


def set_options(optimizer: torch.optim.Optimizer, **options: object) -> None:
    """Give the optimiser's live numbers the values of this step: `set_options(adam, lr=1e-4)`."""
    for group in optimizer.param_groups:
        group.update(options)


@torch.no_grad()
def clip_weights(bound: float, *networks: nn.Module) -> None:
    """Hold every weight in -bound..bound (https://arxiv.org/abs/1701.07875, algorithm 1)."""
    for network in networks:
        for weight in network.parameters():
            weight.clamp_(-bound, bound)
