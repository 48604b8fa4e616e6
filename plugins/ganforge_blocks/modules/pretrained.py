"""What networks that others have trained see in images."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from ganforge.runtime.pretrained import read_pretrained


class Pretrained(nn.Module):
    """A layer whose weights are not trained here.

    They are no parameters, are in no checkpoint, and are there from the first call on.
    """

    def __init__(
        self,
        model: str,
        shapes: Mapping[str, tuple[int, ...]],
        *,
        file: str,
        key: str = "file",
        low: float,
        high: float,
    ) -> None:
        """model: what it is, for messages. shapes: of its weights, by their names in the file.
        file: without it weights are random, the same every time. key: of the spec that names it.
        low, high: the values of black and white in the images that it is given.
        """
        super().__init__()
        self.model, self.shapes, self.file, self.key = model, dict(shapes), file, key
        self.low, self.high = low, high
        self.weights: dict[str, Tensor] = {}

    def prepare(self) -> None:
        """Read the weights, or say that they are random. Raises `RunError`."""
        if self.file:
            self.weights = read_pretrained(Path(self.file).expanduser(), self.shapes)
            return
        text = f"features are compared by {self.model} with random weights, which has learned "
        text += f"nothing of images: name a `{self.key}` of trained ones."
        warnings.warn(text, stacklevel=2)
        self.weights = random_weights(self.shapes)

    def weights_for(self, images: Tensor) -> dict[str, Tensor]:
        """The weights by their names, where the images are and of their type."""
        if images.is_meta:
            return {name: images.new_empty(shape) for name, shape in self.shapes.items()}
        if not self.weights:
            self.prepare()
        self.weights = {name: value.to(images) for name, value in self.weights.items()}
        return self.weights

    def scaled(self, images: Tensor) -> Tensor:
        """The images with values in 0..1."""
        return (images - self.low) / (self.high - self.low)


def random_weights(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """Weights that keep the size of what flows through them, the same every time: filters of
    convolutions are drawn, biases are 0, and norms change nothing.

    He et al. 2015, https://arxiv.org/abs/1502.01852, equation 10.
    """
    stream = torch.Generator().manual_seed(0)
    weights = {}
    for name, shape in shapes.items():
        if len(shape) > 1:
            deviation = math.sqrt(2 / math.prod(shape[1:]))
            weights[name] = torch.randn(shape, generator=stream) * deviation
        else:
            weights[name] = torch.full(shape, float(name.endswith((".weight", ".running_var"))))
    return weights
