"""Images at the size of a stage: while networks are small, so is what they are given."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ganforge.runtime.data import Data

SMALL_KEPT = 2 << 30  # bytes of small images that stay in memory
PIXELS_READ = 1 << 20  # of full-size images that are read at a time


class Downsampled:
    """A data set whose images are averaged to smaller sizes, each once, when it is first read."""

    def __init__(self, data: Data, size: int, names: list[str]) -> None:
        self.data, self.names = data, names
        self.whole = self.size = size
        self.current = data

    def at(self, size: int) -> Data:
        """The data with images (B, C, size, size), below their whole size as floats in 0..255;
        those of one size are kept, up to 2 GiB.
        """
        if size == self.whole:
            return self.data
        if size != self.size:
            kept: dict[int, dict[str, Tensor]] = {}
            self.size = size
            self.current = Data(self.data.count, lambda index: self._read(index, size, kept))
        return self.current

    def _read(
        self, index: list[int], size: int, kept: dict[int, dict[str, Tensor]]
    ) -> dict[str, Tensor]:
        missing = [number for number in dict.fromkeys(index) if number not in kept]
        part, whole = max(1, PIXELS_READ // self.whole**2), dict[str, Tensor]()
        for start in range(0, len(missing), part):
            numbers = missing[start : start + part]
            batch = self.data.read(numbers)
            for name in self.names:  # as floats all parts take the same memory
                values = whole.setdefault(name, torch.empty(batch[name].shape))[: len(numbers)]
                values.copy_(batch[name])
                batch[name] = F.interpolate(values, size=(size, size), mode="area")
            for k, number in enumerate(numbers):
                kept[number] = {name: values[k].clone() for name, values in batch.items()}
        samples = [kept[number] for number in index]
        room = SMALL_KEPT // sum(values.nbytes for values in samples[0].values())
        for number in list(kept)[: max(0, len(kept) - room)]:
            del kept[number]
        return {name: torch.stack([sample[name] for sample in samples]) for name in samples[0]}
