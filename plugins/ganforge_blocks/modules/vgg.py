"""The convolutional layers of VGG, as features by which images are compared."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganforge.runtime.pretrained import read_pretrained

WIDTHS = (64, 128, 256, 512, 512)
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of red, green and blue in 0..1, as the networks were trained."""


class VggFeatures(nn.Module):
    """Features of images (B, C, H, W), of 1 or 3 channels with values in `low`..`high`.

    Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556, table 1. Nothing here is trained:
    the weights are no parameters, are in no checkpoint, and are there from the first call on.
    """

    def __init__(
        self,
        blocks: Sequence[int],
        *,
        relu: bool = True,
        file: str = "",
        low: float = -1.0,
        high: float = 1.0,
    ) -> None:
        """blocks: how many convolutions each block has, up to the layer whose values are given.
        relu: whether its activation is behind it.
        file: weights as torchvision names them; without it they are random, the same every time.
        """
        super().__init__()
        self.blocks, self.relu, self.file = tuple(blocks), relu, file
        self.low, self.high = low, high
        self.weights: list[Tensor] = []  # of each convolution its weight and its bias

    def prepare(self) -> None:
        """Read the weights, or say that they are random. Raises `RunError`."""
        shapes = convolutions(self.blocks)
        if self.file:
            read = read_pretrained(Path(self.file).expanduser(), shapes)
            self.weights = list(read.values())
            return
        text = "features are compared by a VGG with random weights, which has learned nothing of "
        warnings.warn(f"{text}images: name a `file` of trained ones.", stacklevel=2)
        self.weights = random_weights(shapes)

    def layers_on(self, x: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Weight and bias of each convolution, where the images are and of their type."""
        if x.is_meta:
            shapes = convolutions(self.blocks).values()
            weights = [torch.empty(shape, dtype=x.dtype, device=x.device) for shape in shapes]
            return list(zip(weights[::2], weights[1::2], strict=True))
        if not self.weights:
            self.prepare()
        self.weights = [value.to(x) for value in self.weights]
        return list(zip(self.weights[::2], self.weights[1::2], strict=True))

    def forward(self, images: Tensor) -> Tensor:
        x = ((images - self.low) / (self.high - self.low)).expand(-1, 3, -1, -1)
        mean, deviation = (x.new_tensor(values).view(3, 1, 1) for values in (MEAN, DEVIATION))
        x, layers = (x - mean) / deviation, iter(self.layers_on(x))
        for number, depth in enumerate(self.blocks):
            x = F.max_pool2d(x, 2) if number else x
            for place in range(depth):
                x = F.conv2d(x, *next(layers), padding=1)
                last = number == len(self.blocks) - 1 and place == depth - 1
                x = x if last and not self.relu else F.relu(x)
        return x


def convolutions(blocks: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """The shapes of weights and biases by torchvision's names: between two convolutions stands an
    activation, and between two blocks a pooling too.
    """
    widths = [width for width, depth in zip(WIDTHS, blocks, strict=False) for _ in range(depth)]
    pools = [number for number, depth in enumerate(blocks) for _ in range(depth)]
    shapes: dict[str, tuple[int, ...]] = {}
    for place, (inputs, outputs) in enumerate(pairwise([3, *widths])):
        name = f"features.{2 * place + pools[place]}"
        shapes[f"{name}.weight"] = (outputs, inputs, 3, 3)
        shapes[f"{name}.bias"] = (outputs,)
    return shapes


def random_weights(shapes: dict[str, tuple[int, ...]]) -> list[Tensor]:
    """Weights that keep the size of what flows through them, the same every time; biases are 0.

    He et al. 2015, https://arxiv.org/abs/1502.01852, equation 10.
    """
    stream = torch.Generator().manual_seed(0)
    return [
        torch.randn(shape, generator=stream) * math.sqrt(2 / math.prod(shape[1:]))
        if len(shape) > 1
        else torch.zeros(shape)
        for shape in shapes.values()
    ]
