"""The safetensors format: 8 bytes of header length, a JSON header, then the raw values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

DTYPES = (
    *(("F64", torch.float64), ("F32", torch.float32), ("F16", torch.float16)),
    *(("BF16", torch.bfloat16), ("I64", torch.int64), ("U8", torch.uint8), ("BOOL", torch.bool)),
)


def write_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Write a safetensors file; the values are stored row by row, whatever their layout."""
    codes, header, end = {dtype: code for code, dtype in DTYPES}, {}, 0
    for name, value in tensors.items():
        start, end = end, end + value.nbytes
        place = {"shape": list(value.shape), "data_offsets": [start, end]}
        header[name] = {"dtype": codes[value.dtype], **place}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for value in tensors.values():
            flat = value.detach().cpu().contiguous().reshape(-1)
            file.write(flat.view(torch.uint8).numpy().data)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file; the tensors are on the CPU."""
    dtypes, values = dict(DTYPES), np.fromfile(path, np.uint8)
    start, tensors = 8 + int.from_bytes(values[:8].tobytes(), "little"), {}
    for name, entry in json.loads(values[8:start].tobytes()).items():
        if name != "__metadata__":
            first, end = entry["data_offsets"]
            flat = torch.from_numpy(values[start + first : start + end].copy())
            tensors[name] = flat.view(dtypes[entry["dtype"]]).reshape(entry["shape"])
    return tensors
