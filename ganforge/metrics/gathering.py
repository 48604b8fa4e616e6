"""A run's samples, and the real images they are compared with, as metrics see them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ganforge.metrics.extractor import Extractor
from ganforge.metrics.figures import NOTHING
from ganforge.metrics.measured import Measured
from ganforge.runs.loading import Loaded
from ganforge.runtime.crops import Cropped
from ganforge.runtime.data import Data
from ganforge.runtime.domains import Domains
from ganforge.runtime.samples import as_bytes


class Seen(NamedTuple):
    """Features (N, F), the class of each image that the extractor recognises (N), and the images
    as bytes (N, C, H, W); (N, 0), (0) and (0) for what is not looked at.
    """

    features: Tensor
    recognised: Tensor
    images: Tensor


@dataclass(frozen=True)
class Gathering:
    """How many images are taken, by which seed, how many at a time.

    extractor: None where no features are asked for. keeps_images: whether images are.
    """

    extractor: Extractor | None
    count: int
    seed: int
    batch: int
    keeps_images: bool = False

    def of_data(self, data: Data, field: str, device: torch.device) -> Seen:
        """Real images, drawn without repetition; all, where there are no more."""
        domain = domain_of(data, field)
        batches = self._batches(self._drawn(domain))
        images = (domain.read(index)[field].to(device) for index in batches)
        return _joined(self._seen(batch) for batch in images)

    def of_samples(self, loaded: Loaded, of: Measured, data: Data) -> Seen:
        """Samples; each batch draws from a random stream of its own.

        Samples that are made from images are made from as many as `data` has.
        """
        return _joined(map(self._seen, self._sampled(loaded, of, data)))

    def _seen(self, images: Tensor) -> Seen:
        """A batch of images as bytes (B, C, H, W), as metrics see it."""
        kept = images.cpu() if self.keeps_images else NOTHING
        if self.extractor is None:
            return Seen(torch.empty(len(images), 0), NOTHING, kept)
        features, recognised = self.extractor.read(images)
        return Seen(features.cpu(), recognised.cpu(), kept)

    def _sampled(self, loaded: Loaded, of: Measured, data: Data) -> Iterator[Tensor]:
        """Samples as bytes, batch by batch."""
        source = domain_of(data, of.inputs[0]) if of.inputs else None
        asked, device, start = of.asked(self.count), loaded.state.noise.device, 0
        for index in self._batches(self._drawn(source) if source else list(range(self.count))):
            end = start + len(index)
            classes = () if asked is None else (asked[start:end].to(device),)
            images = samples_of(loaded, source, index, (self.seed, start), *classes)
            yield as_bytes(images, of.low, of.high)
            start = end

    def _drawn(self, data: Data) -> list[int]:
        order = np.random.default_rng(self.seed).permutation(data.count)
        return order[: self.count].tolist()

    def _batches(self, index: list[int]) -> list[list[int]]:
        return [index[k : k + self.batch] for k in range(0, len(index), self.batch)]


def samples_of(
    loaded: Loaded, source: Data | None, index: list[int], seed: tuple[int, int], *classes: Tensor
) -> Tensor:
    """As many samples as the index is long, made of these of a source if there is one, from a
    random stream of their own. seed: that of all, and the number of the first.
    """
    given = (_on(loaded.state.noise.device, source.read(index)),) if source else ()
    own = zlib.crc32(f"{seed[0]} metrics {seed[1]}".encode())
    with torch.random.fork_rng():
        images: Tensor = loaded.module.sample(loaded.state, *given, len(index), own, *classes)
    return images


def domain_of(data: Data, field: str) -> Data:
    """The domain that a field belongs to, where the data has several."""
    if isinstance(data, Cropped):
        domain = domain_of(data.data, field)
        there = domain.read([0]).keys() & data.sizes.keys()
        return Cropped(domain, {name: data.sizes[name] for name in there}, data.margins)
    parts = data.parts if isinstance(data, Domains) else [data]
    return next((part for part in parts if field in part.read([0])), data)


def _on(device: torch.device, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: values.to(device) for name, values in batch.items()}


def _joined(parts: Iterator[Seen]) -> Seen:
    features, recognised, images = zip(*parts, strict=True)
    return Seen(torch.cat(features), torch.cat(recognised), torch.cat(images))
