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
        vectors = np.load(io.BytesIO((place / file).read_bytes()), allow_pickle=False)
    except (OSError, KeyError) as error:
        text = f"{root} has no {file}, the vector of an image for the field {field!r}"
        raise RunError(f"{text}: add it, or remove the image.") from error
    except (ValueError, EOFError, MemoryError) as error:
        text = f"{file} in {root} is no file of `np.save` with numbers"
        raise RunError(f"{text}: save it as a plain array.") from error
    return checked_vectors(vectors, f"{file} in {root}", field, size)


def checked_vectors(vectors: Any, place: str, field: str, size: int) -> np.ndarray:
    """Vectors (K, size) as float32, which a field declares."""
    if not isinstance(vectors, np.ndarray) or vectors.dtype.kind not in "fiu":
        kind = getattr(vectors, "dtype", "several arrays")
        raise RunError(f"{place} holds {kind}: the field {field!r} needs numbers, such as float32.")
    if vectors.ndim not in (1, 2) or vectors.shape[-1] != size or not len(vectors):
        text = f"{place} has the shape {list(vectors.shape)}, the field {field!r} declares"
        raise RunError(f"{text} {size} numbers: save [{size}], or [K, {size}] for K vectors.")
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        values = np.atleast_2d(vectors).astype(np.float32)
    if not np.isfinite(values).all():
        raise RunError(f"{place} has numbers that are not finite: mend it, or remove the image.")
    return values
