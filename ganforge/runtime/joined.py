"""Data of which some fields are read apart from the others."""

from __future__ import annotations

from torch import Tensor

from ganforge.runtime.data import Data


def joined(data: Data, more: dict[str, Tensor]) -> Data:
    """The data with further fields, of which `more` holds the values of all samples (N, ...)."""

    def read(index: list[int]) -> dict[str, Tensor]:
        return data.read(index) | {name: values[index] for name, values in more.items()}

    return Data(data.count, read)
