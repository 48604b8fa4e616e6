"""Data sets in MNIST's IDX format, compressed or plain."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge_blocks.sources.arrays import check_labels, fit_images


def open_idx(path: str, fields: dict[str, Any]) -> Data:
    """Images and labels of a folder (`train-images...`, `train-labels...`), or of one file."""
    root, found = Path(path).expanduser(), dict[str, Tensor]()
    file = find_file(root, "train-images") if root.is_dir() else root
    images = read_idx(file)
    if images.ndim != 3:
        raise RunError(f"{file} has {images.ndim} axes, images have 3: give the file of images.")
    if images.numel() == 0:
        raise RunError(f"{file} holds no images: its shape is {list(images.shape)}.")
    for name, about in fields.items():
        if about["kind"] == "image":
            found[name] = fit_images(images[:, None], about)
        else:
            labels = find_file(file.parent, file.name.split("-images")[0] + "-labels")
            found[name] = check_labels(read_idx(labels), labels, len(images), name, fields)
    return Data(len(images), lambda index: {name: found[name][index] for name in found})


def find_file(folder: Path, start: str) -> Path:
    """The file in a folder whose name starts so."""
    for path in sorted(folder.glob(f"{start}*")):
        return path
    raise RunError(f"{folder} has no file {start}...: give the folder or file of an IDX data set.")


def read_idx(path: Path) -> Tensor:
    """The bytes of an IDX file in its shape: two zeros, type 8, number of axes, axes, values."""
    try:
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError, zlib.error) as error:
        raise RunError(
            f"{path} cannot be read ({error}): check the path, or fetch it again."
        ) from error
    if raw[:3] != b"\0\0\x08" or len(raw) < 4 + 4 * raw[3]:
        raise RunError(f"{path} is no IDX file of bytes: fetch it again.")
    shape = np.frombuffer(raw, ">u4", raw[3], 4).tolist()
    values = np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3])
    if len(values) != np.prod(shape):
        raise RunError(f"{path} has {len(values)} values for the shape {shape}: fetch it again.")
    return torch.from_numpy(values.reshape(shape).copy())
