"""The safetensors format, against the library of that name."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ganforge.runtime.safetensors import read_tensors, write_tensors


@pytest.fixture
def tensors() -> dict[str, Tensor]:
    """One of each type and of awkward shapes."""
    kinds = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.uint8)
    made = {str(kind): (torch.rand(3, 5) * 9).to(kind) for kind in kinds}
    made |= {"flag": torch.tensor([True, False, True]), "scalar": torch.tensor(1.5)}
    made |= {"empty": torch.zeros(0, 3)}
    return made | {"last": torch.rand(2, 3, 4, 4).to(memory_format=torch.channels_last)}


def equal(left: dict[str, Tensor], right: dict[str, Tensor]) -> bool:
    return left.keys() == right.keys() and all(
        left[name].dtype == right[name].dtype and torch.equal(left[name], right[name])
        for name in left
    )


def test_the_library_reads_what_we_write(tmp_path: Path, tensors: dict[str, Tensor]) -> None:
    write_tensors(tmp_path / "a.safetensors", tensors)
    assert equal(load_file(tmp_path / "a.safetensors"), tensors)


def test_we_read_what_the_library_writes(tmp_path: Path, tensors: dict[str, Tensor]) -> None:
    whole = {name: value.contiguous() for name, value in tensors.items()}
    save_file(whole, tmp_path / "a.safetensors", metadata={"format": "pt"})
    assert equal(read_tensors(tmp_path / "a.safetensors"), tensors)
