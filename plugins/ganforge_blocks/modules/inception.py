"""Inception v3, as features by which images are compared.

Szegedy et al. 2015, https://arxiv.org/abs/1512.00567, table 1 and figures 5 to 7. Names are those
of torchvision, sides of images those of images of 299 pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from ganforge_blocks.modules.pretrained import Pretrained

EPS = 1e-3
LEAST = 75
"""Sides of the smallest images that every layer can see."""


class InceptionFeatures(Pretrained):
    """Features of images (B, C, H, W), of 1 or 3 channels with values in `low`..`high`: of a layer
    (B, C', H', W'), or "pool", the means of the last one's channels (B, 2048).
    """

    def __init__(self, layer: str, *, file: str = "", low: float = -1.0, high: float = 1.0) -> None:
        """file: weights as torchvision names them; without it they are random."""
        traced = Convolutions()
        seen(torch.empty(0, 3, LEAST, LEAST), layer, traced)
        super().__init__("an Inception v3", traced.shapes, file=file, low=low, high=high)
        self.layer = layer

    def forward(self, images: Tensor) -> Tensor:
        x = (2 * self.scaled(images) - 1).expand(-1, 3, -1, -1)
        return seen(x, self.layer, Convolutions(self.weights_for(x)))


@dataclass
class Convolutions:
    """Convolutions by their weights; or without, of empty batches, to see which weights they have.

    block: the start of their names.
    """

    weights: Mapping[str, Tensor] | None = None
    block: str = ""
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def __call__(
        self, x: Tensor, name: str, outputs: int, height: int = 1, width: int = 0, stride: int = 1
    ) -> Tensor:
        """A convolution of these outputs, with a batch norm by its running statistics and a ReLU;
        a square one without `width`. It is padded where it keeps the size, but for the first ones.
        """
        name, kernel = self.block + name, (height, width or height)
        padded = stride == 1 and name not in ("Conv2d_2a_3x3", "Conv2d_4a_3x3")
        padding = [side // 2 for side in kernel] if padded else 0
        self.shapes[f"{name}.conv.weight"] = (outputs, x.shape[1], *kernel)
        for part in ("weight", "bias", "running_mean", "running_var"):
            self.shapes[f"{name}.bn.{part}"] = (outputs,)
        if self.weights is None:
            filters = x.new_zeros(()).expand(outputs, x.shape[1], *kernel)
            return F.conv2d(x, filters, stride=stride, padding=padding)
        x = F.conv2d(x, self.weights[f"{name}.conv.weight"], stride=stride, padding=padding)
        mean, variance = (self.weights[f"{name}.bn.running_{part}"] for part in ("mean", "var"))
        scale, shift = (self.weights[f"{name}.bn.{part}"] for part in ("weight", "bias"))
        return F.relu(F.batch_norm(x, mean, variance, scale, shift, eps=EPS))

    def within(self, block: str) -> Convolutions:
        """The same, for the names of a block."""
        return replace(self, block=f"{block}.")


def seen(images: Tensor, until: str, conv: Convolutions) -> Tensor:
    """What a layer sees in images (B, 3, H, W) in -1..1."""
    steps: dict[str, Callable[[Tensor], Tensor]] = {
        "Conv2d_1a_3x3": lambda x: conv(x, "Conv2d_1a_3x3", 32, 3, stride=2),
        "Conv2d_2a_3x3": lambda x: conv(x, "Conv2d_2a_3x3", 32, 3),
        "Conv2d_2b_3x3": lambda x: conv(x, "Conv2d_2b_3x3", 64, 3),
        "Conv2d_3b_1x1": lambda x: conv(halved(x), "Conv2d_3b_1x1", 80),
        "Conv2d_4a_3x3": lambda x: conv(x, "Conv2d_4a_3x3", 192, 3),
        "Mixed_5b": lambda x: at_35(halved(x), conv.within("Mixed_5b"), 32),
        "Mixed_5c": lambda x: at_35(x, conv.within("Mixed_5c"), 64),
        "Mixed_5d": lambda x: at_35(x, conv.within("Mixed_5d"), 64),
        "Mixed_6a": lambda x: to_17(x, conv.within("Mixed_6a")),
        "Mixed_6b": lambda x: at_17(x, conv.within("Mixed_6b"), 128),
        "Mixed_6c": lambda x: at_17(x, conv.within("Mixed_6c"), 160),
        "Mixed_6d": lambda x: at_17(x, conv.within("Mixed_6d"), 160),
        "Mixed_6e": lambda x: at_17(x, conv.within("Mixed_6e"), 192),
        "Mixed_7a": lambda x: to_8(x, conv.within("Mixed_7a")),
        "Mixed_7b": lambda x: at_8(x, conv.within("Mixed_7b")),
        "Mixed_7c": lambda x: at_8(x, conv.within("Mixed_7c")),
        "pool": lambda x: x.mean((2, 3)),
    }
    values = images
    for name, step in steps.items():
        values = step(values)
        if name == until:
            break
    return values


def at_35(x: Tensor, conv: Convolutions, pool: int) -> Tensor:
    """35 x 35 pixels."""
    five = conv(conv(x, "branch5x5_1", 48), "branch5x5_2", 64, 5)
    double = conv(conv(x, "branch3x3dbl_1", 64), "branch3x3dbl_2", 96, 3)
    double = conv(double, "branch3x3dbl_3", 96, 3)
    around = conv(smoothed(x), "branch_pool", pool)
    return torch.cat([conv(x, "branch1x1", 64), five, double, around], 1)


def to_17(x: Tensor, conv: Convolutions) -> Tensor:
    """From 35 x 35 to 17 x 17."""
    double = conv(conv(x, "branch3x3dbl_1", 64), "branch3x3dbl_2", 96, 3)
    double = conv(double, "branch3x3dbl_3", 96, 3, stride=2)
    return torch.cat([conv(x, "branch3x3", 384, 3, stride=2), double, halved(x)], 1)


def at_17(x: Tensor, conv: Convolutions, width: int) -> Tensor:
    """17 x 17 pixels, by filters of 1 x 7 and 7 x 1."""
    seven = conv(conv(x, "branch7x7_1", width), "branch7x7_2", width, 1, 7)
    seven = conv(seven, "branch7x7_3", 192, 7, 1)
    double = conv(conv(x, "branch7x7dbl_1", width), "branch7x7dbl_2", width, 7, 1)
    double = conv(conv(double, "branch7x7dbl_3", width, 1, 7), "branch7x7dbl_4", width, 7, 1)
    double = conv(double, "branch7x7dbl_5", 192, 1, 7)
    around = conv(smoothed(x), "branch_pool", 192)
    return torch.cat([conv(x, "branch1x1", 192), seven, double, around], 1)


def to_8(x: Tensor, conv: Convolutions) -> Tensor:
    """From 17 x 17 to 8 x 8."""
    three = conv(conv(x, "branch3x3_1", 192), "branch3x3_2", 320, 3, stride=2)
    seven = conv(conv(x, "branch7x7x3_1", 192), "branch7x7x3_2", 192, 1, 7)
    seven = conv(conv(seven, "branch7x7x3_3", 192, 7, 1), "branch7x7x3_4", 192, 3, stride=2)
    return torch.cat([three, seven, halved(x)], 1)


def at_8(x: Tensor, conv: Convolutions) -> Tensor:
    """8 x 8 pixels; the last filters stand side by side."""
    three = conv(x, "branch3x3_1", 384)
    double = conv(conv(x, "branch3x3dbl_1", 448), "branch3x3dbl_2", 384, 3)
    ends = [
        conv(values, f"{name}{end}", 384, *kernel)
        for values, name in ((three, "branch3x3_2"), (double, "branch3x3dbl_3"))
        for end, kernel in (("a", (1, 3)), ("b", (3, 1)))
    ]
    around = conv(smoothed(x), "branch_pool", 192)
    return torch.cat([conv(x, "branch1x1", 320), *ends, around], 1)


def halved(x: Tensor) -> Tensor:
    """The largest of 3 x 3 pixels, half as many."""
    return F.max_pool2d(x, 3, stride=2)


def smoothed(x: Tensor) -> Tensor:
    """The mean of 3 x 3 pixels around each, zeros beyond the edge."""
    return F.avg_pool2d(x, 3, stride=1, padding=1)
