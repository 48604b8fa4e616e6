"""Linear separability: whether a hyperplane tells what images show by what they are made from.

Karras et al. (2018), https://arxiv.org/abs/1812.04948, section 4.2.
"""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = 200
"""Of L-BFGS, at most: it ends where the loss no longer falls."""


def surest_half(logits: Tensor) -> Tensor:
    """The indices (N / 2) of those logits (N) that are farthest from 0."""
    return logits.abs().topk(len(logits) // 2).indices


def sides(values: Tensor, labels: Tensor) -> Tensor:
    """For each of values (N, F) whether it lies where a hyperplane has most of those whose label
    (N), 1 or 0, is 1.

    The hyperplane is that of a linear support vector machine, which minimises
    `|w|² / 2 + Σ max(0, 1 - y (w·x + b))²` with labels y of 1 and -1 (Fan et al., 2008, equation 3,
    with C = 1), over values of mean 0 and deviation 1, in float64.
    """
    x, y = values.double(), 2 * labels.double() - 1
    x = (x - x.mean(0)) / x.std(0, unbiased=False).clamp(min=1e-12)
    plane = torch.zeros(x.shape[1] + 1, dtype=x.dtype, device=x.device, requires_grad=True)
    optimizer = torch.optim.LBFGS([plane], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        short = (1 - y * (x @ plane[:-1] + plane[-1])).clamp(min=0)
        value = (plane[:-1].square().sum() / 2 + short.square().sum()) / len(x)
        value.backward()
        return value

    with torch.enable_grad():
        optimizer.step(loss)
    found = plane.detach()
    return x @ found[:-1] + found[-1] > 0


def conditional_entropy(labels: Tensor, known: Tensor) -> float:
    """`H(Y|X)` in nats: how uncertain labels Y (N) are where X (N) is known; both are 1 or 0."""
    entropy = 0.0
    for side in (0, 1):
        part = labels[known == side].double()
        if len(part):
            share = part.mean()
            uncertain = torch.special.entr(share) + torch.special.entr(1 - share)
            entropy += len(part) / len(labels) * uncertain.item()
    return entropy
