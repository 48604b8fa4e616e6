"""Labelled images of any data source, split into those trained on and those held out."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from ganforge.errors import CannotStart
from ganforge.plugins.registry import Registry
from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError

HELD_OUT = 0.1
"""The share of the images that is held out."""


@dataclass(frozen=True)
class Labelled:
    """A data set in a random order; the first tenth is held out."""

    data: Data
    order: list[int]

    @property
    def held_out(self) -> list[int]:
        return self.order[: max(1, round(HELD_OUT * len(self.order)))]

    @property
    def trained(self) -> list[int]:
        return self.order[len(self.held_out) :]

    def read(self, index: list[int]) -> tuple[Tensor, Tensor]:
        """Images as bytes (B, C, N, N), and their classes as int64 (B)."""
        batch = self.data.read(index)
        return batch["image"], batch["label"]


def labelled_fields(channels: int, size: int, classes: int) -> dict[str, Any]:
    """What a data source is asked for: square images, and their classes."""
    return {
        "image": {"kind": "image", "channels": channels, "size": (size, size)},
        "label": {"kind": "class", "classes": classes},
    }


def open_labelled(
    place: str, registry: Registry, fields: dict[str, Any], count: int, seed: int
) -> Labelled:
    """At most `count` images of `KIND[:PATH]` with their classes.

    Raises `CannotStart` where the data do not fit the fields, or are too few.
    """
    kind, _, path = place.partition(":")
    source = registry.sources[kind]
    options = {"count": count} if source.endless else {}
    opened = pkgutil.resolve_name(source.open_classes or source.open)
    try:
        data: Data = opened(path, fields, **options)
    except RunError as error:
        if "declare" not in str(error):
            raise
        raise CannotStart(f"{error} (`--classes` says how many classes there are)") from error
    if data.count < 2:
        raise CannotStart(f"{place} has {data.count} images: a classifier needs at least 2")
    return Labelled(data, np.random.default_rng(seed).permutation(data.count).tolist()[:count])
