"""Small tools of a player's step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


@contextmanager
def frozen(*networks: nn.Module) -> Iterator[None]:
    """The networks gather no gradients inside: gradients pass through them only."""
    parameters = [p for network in networks for p in network.parameters() if p.requires_grad]
    try:
        for parameter in parameters:
            parameter.requires_grad_(False)
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)


def set_options(optimizer: torch.optim.Optimizer, **options: Any) -> None:
    """Give the optimiser's live numbers the values of this step: `set_options(adam, lr=1e-4)`."""
    for group in optimizer.param_groups:
        group.update(options)
