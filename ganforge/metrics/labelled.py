"""Labelled images of any data source, split into those trained on and those held out: each of one
class, or with several attributes.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from torch import Tensor

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.errors import CannotStart
from ganforge.plugins.declarations import DataSource
from ganforge.plugins.registry import Registry
from ganforge.runtime.data import Data
from ganforge.runtime.errors import RunError
from ganforge.runtime.joined import joined

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
        """Images as bytes (B, C, N, N), and their classes as int64 (B), or their attributes as
        float32 (B, K), 1 or 0.
        """
        batch = self.data.read(index)
        return batch["image"], batch["label"]


def labelled_fields(
    channels: int, size: int, classes: int, attributes: tuple[str, ...] = ()
) -> dict[str, Any]:
    """What a data source is asked for: square images, and their classes; or these attributes."""
    label: dict[str, Any] = {"kind": "class", "classes": classes}
    if attributes:
        label = {"kind": "attributes", "size": len(attributes), "names": list(attributes)}
    return {
        "image": {"kind": "image", "channels": channels, "size": (size, size)},
        "label": label,
    }


def open_labelled(
    place: str, registry: Registry, fields: dict[str, Any], count: int, seed: int
) -> Labelled:
    """At most `count` images of `KIND[:PATH]` with their classes or attributes.

    Raises `CannotStart` where the data do not fit the fields, or are too few.
    """
    kind, _, path = place.partition(":")
    source = registry.sources[kind]
    options = {"count": count} if source.endless else {}
    try:
        data = _opened(source, path, fields, options, registry)
    except RunError as error:
        if "declare" not in str(error):
            raise
        raise CannotStart(f"{error} (`--classes` says how many classes there are)") from error
    if data.count < 2:
        raise CannotStart(f"{place} has {data.count} images: a classifier needs at least 2")
    return Labelled(data, np.random.default_rng(seed).permutation(data.count).tolist()[:count])


def _opened(
    source: DataSource,
    path: str,
    fields: dict[str, Any],
    options: dict[str, int],
    registry: Registry,
) -> Data:
    """What a source has for these fields. Raises `CannotStart` where it has no such attributes."""
    names = fields["label"].get("names")
    if names is None:
        opened = pkgutil.resolve_name(source.open_classes or source.open)
        return cast(Data, opened(path, fields, **options))
    if "attributes" not in source.reads:
        others = [f"`{s.name}`" for s in registry.sources.values() if "attributes" in s.reads]
        text = f"`{source.name}` has no attributes"
        raise CannotStart(f"{text}: take a data source that has them: {', '.join(others)}")
    for k, name in enumerate(names):
        if name in names[:k]:
            raise CannotStart(f"`--attributes` names `{name}` twice: name each once")
        if source.attributes and name not in source.attributes:
            help = did_you_mean(name, source.attributes, "attribute")
            raise CannotStart(f"`{source.name}` has no attribute `{name}`: {help}")
    opened, read = (pkgutil.resolve_name(f) for f in (source.open, source.reads["attributes"]))
    return joined(opened(path, fields, **options), read(path, fields, **options))
