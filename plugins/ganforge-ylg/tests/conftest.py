"""What the tests look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from ganforge_ylg.attention import LocalSparseAttention
from torch import Tensor


@pytest.fixture
def masks_of() -> Callable[[LocalSparseAttention], Tensor]:
    """Whether a query sees a key, as the authors' code has it: (heads, H W, H W / 4)."""

    def masks(layer: LocalSparseAttention) -> Tensor:
        heads, cells, _ = layer.seen.shape
        found = torch.zeros(heads, cells, cells, dtype=torch.int64)
        return found.scatter_add(2, layer.seen, (~layer.beyond).long()).bool().repeat(1, 4, 1)

    return masks
