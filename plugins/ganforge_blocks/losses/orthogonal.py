"""Orthogonality of weights."""

from __future__ import annotations

import torch
from torch import Tensor


def orthogonal(weights: list[Tensor]) -> Tensor:
    """The squared inner products of different filters of a layer, summed over all layers.

    weights: (outputs, ...) each. |W W^T * (1 - I)|^2 with a row of W for each output: Brock et al.
    2018, https://arxiv.org/abs/1809.11096, equation 3. It is 0 for orthogonal filters of any norm.
    """
    return torch.stack([_off_diagonal(weight.flatten(1)) for weight in weights]).sum()


def _off_diagonal(rows: Tensor) -> Tensor:
    if len(rows) <= rows.shape[1]:
        products = rows @ rows.T
        return (products - products.diagonal().diag()).square().sum()
    # The same from a smaller matrix: the squares of W W^T and of W^T W have one sum.
    return (rows.T @ rows).square().sum() - rows.square().sum(1).square().sum()
