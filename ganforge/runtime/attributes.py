"""Attributes of samples with one of them changed."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def with_change(attributes: Tensor, which: Tensor, exclusive: list[list[int]]) -> Tensor:
    """Attributes (B, K), 1 or 0, of which that of number `which` (B) is turned round; in a group of
    `exclusive` it becomes the one that the sample has.

    So Choi et al. 2018, https://arxiv.org/abs/1711.09020, show what each domain makes of a sample.
    """
    meant = F.one_hot(which, attributes.shape[1]).to(attributes)
    changed = (attributes - meant).abs()
    for group in exclusive:
        inside = meant[:, group]
        chosen = inside.any(1, keepdim=True)
        changed[:, group] = torch.where(chosen, inside, attributes[:, group])
    return changed
