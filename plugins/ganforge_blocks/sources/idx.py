"""Data sets in MNIST's IDX format, compressed or plain."""

from __future__ import annotations

import gzip
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError


def open_idx(path: str, fields: dict[str, Any]) -> Data:
    """Images and labels of a folder (`train-images...`, `train-labels...`), or of one file."""
    root, found = Path(path).expanduser(), dict[str, Tensor]()
    file = find_file(root, "train-images") if root.is_dir() else root
    images = read_idx(file)
    if images.ndim != 3:
        raise RunError(f"{file} has {images.ndim} axes, images have 3: give the file of images.")
    for name, about in fields.items():
        if about["kind"] == "image":
            found[name] = fit_images(images, about)
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
        raise RunError(f"{path} is no IDX file of bytes: it starts with {raw[:4].hex()!r}.")
    shape = np.frombuffer(raw, ">u4", raw[3], 4).tolist()
    values = np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3])
    if len(values) != np.prod(shape):
        raise RunError(f"{path} has {len(values)} values for the shape {shape}: fetch it again.")
    return torch.from_numpy(values.reshape(shape).copy())


def fit_images(images: Tensor, about: dict[str, Any]) -> Tensor:
    """Grey images (N, H, W) as the field asks (N, C, H, W): resized to cover it, cropped."""
    height, width = about["size"]
    scale = max(height / images.shape[1], width / images.shape[2])
    covering = [max(1, round(side * scale)) for side in images.shape[1:]]
    top, left = (covering[0] - height) // 2, (covering[1] - width) // 2
    if covering != list(images.shape[1:]):
        parts = images[:, None].split(4096)
        resize = partial(interpolate, size=covering, mode="bilinear", antialias=True)
        images = torch.cat([resize(part) for part in parts])[:, 0]
    images = images[:, None, top : top + height, left : left + width]
    return images.expand(-1, about["channels"], -1, -1).contiguous()


def check_labels(
    labels: Tensor, file: Path, images: int, name: str, fields: dict[str, Any]
) -> Tensor:
    """Labels (N) as int64; `RunError` where they fit neither the images nor the field."""
    classes = fields[name]["classes"]
    if labels.shape != (images,):
        raise RunError(f"{file} has the shape {list(labels.shape)} for {images} images.")
    if labels.max() >= classes:
        raise RunError(
            f"The field {name!r} declares {classes} classes, and {file} has labels up to "
            f"{int(labels.max())}: declare {int(labels.max()) + 1}."
        )
    return labels.long()
