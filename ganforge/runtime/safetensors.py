"""Tensors in a file: the safetensors format, written and read without its library.

https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


def write_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Write a safetensors file: length of the header, header (JSON), values row by row."""
    codes, header, end = {dtype: code for code, dtype in DTYPES.items()}, {}, 0
    for name, value in tensors.items():
        about = {"dtype": codes[value.dtype], "shape": list(value.shape)}
        header[name] = {**about, "data_offsets": [end, end := end + value.nbytes]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for value in tensors.values():
            flat = value.detach().cpu().contiguous().reshape(-1)
            file.write(flat.view(torch.uint8).numpy().data)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file; the tensors are on the CPU."""
    raw, tensors = torch.from_numpy(np.fromfile(path, np.uint8)), {}
    start = 8 + int.from_bytes(bytes(raw[:8]), "little")
    for name, about in json.loads(bytes(raw[8:start])).items():
        if name != "__metadata__":
            first, end = (start + offset for offset in about["data_offsets"])
            value = raw[first:end].clone().view(DTYPES[about["dtype"]])
            tensors[name] = value.reshape(about["shape"])
    return tensors
