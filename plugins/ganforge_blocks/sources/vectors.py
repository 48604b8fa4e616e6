"""Vectors that describe the images of a folder or zip file: a file of NumPy for each image."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.errors import RunError
from ganforge.runtime.images import list_images
from ganforge.runtime.vectors import vectors_of


def read_vectors(path: str, fields: dict[str, Any]) -> dict[str, Tensor]:
    """Vectors (N, size) of the images in their order, for each field of them; or (N, K, size) where
    images have up to K vectors. One that has fewer has them repeated.
    """
    root = Path(path).expanduser()
    place = root if root.is_dir() else zipfile.Path(root)
    images, found = list_images(root), dict[str, Tensor]()
    for name, about in fields.items():
        if about["kind"] == "vector":
            below = f"{about['from'].strip('/')}/" if "from" in about else ""
            files = [f"{below}{os.path.splitext(image)[0]}.npy" for image in images]
            values = [read_vector(place, root, file, name, about["size"]) for file in files]
            most = max(map(len, values))
            stacked = np.stack([np.resize(each, (most, about["size"])) for each in values])
            found[name] = torch.from_numpy(stacked if most > 1 else stacked[:, 0])
    return found


def read_vector(
    place: Path | zipfile.Path, root: Path, file: str, field: str, size: int
) -> np.ndarray:
    """The vectors (K, size) in a file of NumPy, which has (size) or (K, size) numbers."""
    try:
        content = (place / file).read_bytes()
    except (OSError, KeyError) as error:
        text = f"{root} has no {file}, the vector of an image for the field {field!r}"
        raise RunError(f"{text}: add it, or remove the image.") from error
    return vectors_of(content, f"{file} in {root}", field, size)
