"""Labels that training sees hidden or noisy; samples and metrics see them as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.data import Data, epoch_order
from ganforge.runtime.errors import RunError


class Relabelled(Data):
    """Data whose labels are others in training: `visit` gives those, `read` the true ones."""

    def __init__(self, data: Data) -> None:
        super().__init__(data.count, data.read, data.held_out)
        self.below = data.learned if isinstance(data, Relabelled) else data.read

    def learned(self, index: list[int]) -> dict[str, Tensor]:
        """The samples of these numbers as training sees them."""
        return self.below(index)

    def order(self, start: int, count: int, seed: int, domain: int) -> list[int]:
        """The numbers of the `count` samples from the `start`-th on."""
        return visited(range(self.count), start, count, seed, domain)

    def visit(self, start: int, count: int, seed: int, domain: int = 0) -> dict[str, Tensor]:
        """`count` samples from the `start`-th on."""
        return self.learned(self.order(start, count, seed, domain))


def visited(numbers: Sequence[int], start: int, count: int, seed: int, domain: int) -> list[int]:
    """`count` of the numbers from the `start`-th on, in the order of each epoch over them."""
    places = [divmod(k, len(numbers)) for k in range(start, start + count)]
    return [numbers[epoch_order(len(numbers), seed, epoch, domain)[k]] for epoch, k in places]


class NoisyLabels(Relabelled):
    """Labels made noisy once, for all epochs.

    noise: classes (B) and uniform numbers in 0..1 (B) in, noisy classes (B) out.
    """

    def __init__(
        self, data: Data, field: str, noise: Callable[[Tensor, Tensor], Tensor], seed: int
    ) -> None:
        super().__init__(data)
        self.field, self.noise = field, noise
        self.chance = torch.from_numpy(np.random.default_rng(seed).random(data.count))

    def learned(self, index: list[int]) -> dict[str, Tensor]:
        """The samples of these numbers as training sees them."""
        batch = self.below(index)
        return batch | {self.field: self.noise(batch[self.field], self.chance[index])}


class PartlyLabelled(Relabelled):
    """Only `labelled` samples carry a label, of every class equally many; the others have -1.

    share: of a batch that is labelled; None takes the samples as they come.
    """

    def __init__(
        self, data: Data, field: str, classes: int, labelled: int, share: float | None = None
    ) -> None:
        super().__init__(data)
        self.field, self.share = field, share
        self.carries = balanced(data, field, classes, labelled)
        self.labelled = self.carries.nonzero().flatten().tolist()
        self.others = (~self.carries).nonzero().flatten().tolist()
        if share is not None and not self.others:
            text = f"all {data.count} samples are labelled, and `labelled_share` asks for others"
            raise RunError(f"{text}: lower `labelled`, or remove `labelled_share`.")

    def learned(self, index: list[int]) -> dict[str, Tensor]:
        """The samples of these numbers as training sees them."""
        batch = self.below(index)
        return batch | {self.field: batch[self.field].where(self.carries[index], -1)}

    def order(self, start: int, count: int, seed: int, domain: int) -> list[int]:
        """Labelled samples and others, each in the order of their own epochs."""
        if self.share is None:
            return super().order(start, count, seed, domain)
        end = start + count
        first, last = round(self.share * start), round(self.share * end)
        labelled = visited(self.labelled, first, last - first, seed, domain)
        others = visited(self.others, start - first, count - len(labelled), seed, domain)
        return labelled + others


def balanced(data: Data, field: str, classes: int, labelled: int) -> Tensor:
    """Which samples carry a label (N): the same in every run, of every class equally many."""
    asked = [labelled // classes + (k < labelled % classes) for k in range(classes)]
    carries, missing = torch.zeros(data.count, dtype=torch.bool), list(asked)
    order = np.random.default_rng(0).permutation(data.count).tolist()
    while any(missing) and order:
        index, order = order[:256], order[256:]
        for number, label in zip(index, data.read(index)[field].tolist(), strict=True):
            carries[number] = missing[label] > 0
            missing[label] -= missing[label] > 0
    if any(missing):
        rarest = max(range(classes), key=missing.__getitem__)
        there = asked[rarest] - missing[rarest]
        text = f"`labelled = {labelled}` takes {asked[rarest]} samples of class {rarest}"
        raise RunError(f"{text}, and the data have {there}: give a smaller number.")
    return carries


def redrawn(y: Tensor, chance: Tensor, classes: int, rate: float) -> Tensor:
    """Classes (B), each drawn anew with probability `rate`, uniformly and from all.

    T = (1 - rate) I + rate / K, so that a class becomes another with probability
    rate (K - 1) / K (Kaneko et al. 2018, https://arxiv.org/abs/1811.11165). chance (B) is uniform
    in 0..1, and so is chance / rate where it is below `rate`.
    """
    other = (chance / rate * classes).long().clamp(max=classes - 1)
    return torch.where(chance < rate, other, y)


def exchanged(y: Tensor, chance: Tensor, pairs: list[tuple[int, int]], rate: float) -> Tensor:
    """Classes (B), where for each pair the first becomes the second with probability `rate`.

    T[i, j] = rate and T[i, i] = 1 - rate for a pair (i, j) (Kaneko et al. 2018,
    https://arxiv.org/abs/1811.11165). chance (B) is uniform in 0..1.
    """
    noisy = y
    for old, new in pairs:
        noisy = noisy.masked_fill((y == old) & (chance < rate), new)
    return noisy


def drawn(y: Tensor, chance: Tensor, transition: Tensor) -> Tensor:
    """Classes (B), each drawn for one of `y` (B) by its row of `transition` (K, K).

    chance (B) is uniform in 0..1; a row holds the probabilities of the K classes.
    """
    ends = transition.to(y.device).cumsum(1)[y]
    return (chance.unsqueeze(1) >= ends[:, :-1]).sum(1)
