"""The convolutional layers of VGG, as features by which images are compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor

from ganforge_blocks.modules.pretrained import Pretrained

WIDTHS = (64, 128, 256, 512, 512)
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of red, green and blue in 0..1, as the networks were trained."""


class VggFeatures(Pretrained):
    """Features of images (B, C, H, W), of 1 or 3 channels with values in `low`..`high`.

    Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556, table 1.
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
        super().__init__("a VGG", convolutions(blocks), file=file, low=low, high=high)
        self.blocks, self.relu = tuple(blocks), relu

    def forward(self, images: Tensor) -> Tensor:
        x = self.scaled(images).expand(-1, 3, -1, -1)
        mean, deviation = (x.new_tensor(values).view(3, 1, 1) for values in (MEAN, DEVIATION))
        x, values = (x - mean) / deviation, iter(self.weights_for(x).values())
        for number, depth in enumerate(self.blocks):
            x = F.max_pool2d(x, 2) if number else x
            for place in range(depth):
                x = F.conv2d(x, weight=next(values), bias=next(values), padding=1)
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
