"""Files of NumPy with vectors, such as the embeddings of texts."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from ganforge.runtime.errors import RunError


def vectors_of(content: bytes, place: str, field: str, size: int) -> np.ndarray:
    """The vectors (K, size) as float32 in a file of (size) or (K, size) numbers.

    Raises `RunError` where it has no such numbers; objects are never unpickled.
    """
    try:
        vectors: Any = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, MemoryError) as error:
        text = f"{place} is no file of `np.save` with numbers: save it as a plain array."
        raise RunError(text) from error
    return checked_vectors(vectors, place, field, size)


def checked_vectors(vectors: Any, place: str, field: str, size: int) -> np.ndarray:
    """The numbers (size) or (K, size) of an array as vectors (K, size) in float32.

    place: where they are from. Raises `RunError` where they are no such numbers.
    """
    if not isinstance(vectors, np.ndarray) or vectors.dtype.kind not in "fiu":
        kind = getattr(vectors, "dtype", "several arrays")
        raise RunError(f"{place} holds {kind}: the field {field!r} needs numbers, such as float32.")
    if vectors.ndim not in (1, 2) or vectors.shape[-1] != size or not len(vectors):
        text = f"{place} has the shape {list(vectors.shape)}, the field {field!r} declares"
        raise RunError(f"{text} {size} numbers: give [{size}], or [K, {size}] for K vectors.")
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        values = np.atleast_2d(vectors).astype(np.float32)
    if not np.isfinite(values).all():
        raise RunError(f"{place} has numbers that are not finite: mend it, or leave it out.")
    return values
