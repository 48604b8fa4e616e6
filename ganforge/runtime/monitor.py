"""A watch over singular values of weights, which tell of a collapse before samples do."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from ganforge.runtime.state import State
from ganforge.runtime.weights import learned_weights


class Monitor:
    """The three largest singular values of some weights, before spectral norm and the like.

    Brock et al. 2018, https://arxiv.org/abs/1809.11096, section 4: they grow as long as training
    lasts, and explode where it collapses, first of all those of the first layer of G.
    """

    def __init__(self, watched: Mapping[str, Iterable[nn.Module]], stop: float = math.inf) -> None:
        """watched: by name, networks or layers; of each the first and the last weights are meant.
        stop: training ends where a value is more than so many times what it is now.
        """
        self.weights: dict[str, Tensor] = {}
        self.stop, self.explosion = stop, ""
        for name, parts in watched.items():
            found = learned_weights(parts)
            ends = {"first": found[0], "last": found[-1]} if len(found) > 1 else {"": found[0]}
            self.weights |= {f"{name}.{end}".rstrip("."): weight for end, weight in ends.items()}
        self.before = {name: values[0] for name, values in self.singular_values().items()}

    @torch.no_grad()
    def singular_values(self) -> dict[str, list[float]]:
        """Of each weight the three largest; it counts as a matrix with a row for each output."""
        values = {n: torch.linalg.svdvals(w.flatten(1).float()) for n, w in self.weights.items()}
        return {name: found[:3].tolist() for name, found in values.items()}

    def figures(self) -> dict[str, float]:
        """For the log: `singular.G.first.0` is the largest of the first weights of G."""
        found = self.singular_values()
        for name, (largest, *_) in found.items():
            before = self.before[name]
            if largest > self.stop * max(1.0, before):  # some weights start at 0
                text = f"the largest singular value of {name} is {largest:.4g}"
                self.explosion = f"{text} (before training: {before:.4g})"
        return {f"singular.{n}.{k}": v for n, values in found.items() for k, v in enumerate(values)}

    def stops(self, state: State) -> bool:
        """Whether training shall end, as far as the last figures tell; says so if it shall."""
        if self.explosion:
            text = f"training stops in round {state.round}: {self.explosion}, as in a collapse. "
            text += "Look at the samples. This round is saved; where it has collapsed, delete its "
            text += "folder in `checkpoints`, so that the one before it counts. To train on all "
            text += "the same, resume with a larger `stop` of the monitor; to train more stably, "
            text += "start anew with larger batches or lower learning rates."
            warnings.warn(text, stacklevel=2)
        return bool(self.explosion)
