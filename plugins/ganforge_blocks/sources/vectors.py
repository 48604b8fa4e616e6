"""Vectors that describe the images of a folder or zip file: a file of NumPy for each image."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.errors import RunError
from ganforge.runtime.images import list_images


def read_vectors(path: str, fields: dict[str, Any]) -> dict[str, Tensor]:
    """Vectors (N, K) of the images in their order, for each field of them."""
    root = Path(path).expanduser()
    place = root if root.is_dir() else zipfile.Path(root)
    images, found = list_images(root), dict[str, Tensor]()
    for name, about in fields.items():
        if about["kind"] == "vector":
            below = f"{about['from'].strip('/')}/" if "from" in about else ""
            files = [f"{below}{os.path.splitext(image)[0]}.npy" for image in images]
            values = [read_vector(place, root, file, name, about["size"]) for file in files]
            found[name] = torch.from_numpy(np.stack(values))
    return found


def read_vector(
    place: Path | zipfile.Path, root: Path, file: str, field: str, size: int
) -> np.ndarray:
    """The numbers (size) in a file of NumPy."""
    try:
        vector = np.load(io.BytesIO((place / file).read_bytes()), allow_pickle=False)
        vector = vector.astype(np.float32)
    except (OSError, KeyError) as error:
        text = f"{root} has no {file}, the vector of an image for the field {field!r}"
        raise RunError(f"{text}: add it, or remove the image.") from error
    except ValueError as error:
        raise RunError(f"{file} in {root} is no file of `np.save` with numbers.") from error
    if vector.shape != (size,) or not np.isfinite(vector).all():
        text = f"{file} in {root} has the shape {list(vector.shape)}, the field {field!r} declares"
        raise RunError(f"{text} {size} finite numbers.")
    return vector
