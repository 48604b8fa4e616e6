"""Perceptual path length: how much images change on the way from one value to another.

Karras et al. (2018), https://arxiv.org/abs/1812.04948, section 4.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

EPSILON = 1e-4
"""The step of the way, which has length 1."""
LEFT_OUT = 0.01
"""The share of the shortest, and of the longest ways, that the mean leaves out."""
FLOOR = 0.1
"""Shorter features keep their length below 1: the direction of nearly nothing is chance."""

Seen = TypeVar("Seen")


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Values (B, N) on the straight ways from a to b (B, N), at t (B) in 0..1."""
    return a + t[:, None] * (b - a)


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Values (B, N) on the ways from a to b (B, N) around 0, at t (B) in 0..1.

    The direction turns evenly, in the plane of both and the shorter way round (Shoemake, 1985); the
    length goes from one to the other in a straight line. Neither is 0, nor are they opposite.
    """
    lengths = a.norm(dim=1, keepdim=True), b.norm(dim=1, keepdim=True)
    from_a, to_b = a / lengths[0], b / lengths[1]
    cosine = (from_a * to_b).sum(1, keepdim=True)
    across = F.normalize(to_b - cosine * from_a, dim=1)
    turned = t[:, None] * cosine.clamp(-1, 1).acos()
    length = torch.lerp(*lengths, t[:, None])
    return length * (turned.cos() * from_a + turned.sin() * across)


@contextmanager
def in_float32() -> Iterator[None]:
    """Convolutions on a GPU in float32: in TF32, which has 10 bits, so small a step would drown."""
    allowed = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = allowed


def path_lengths(
    way: Callable[[Tensor], Tensor],
    make: Callable[[Tensor], Seen],
    distance: Callable[[Seen, Seen], Tensor],
    t: Tensor,
) -> Tensor:
    """`d(g(t), g(t + ε)) / ε²` (B) for ways at t (B): their squared speed, as `distance` sees it.

    way: the values (B, ...) at t. make: what is seen of their images. distance: (B), which grows as
    the square of small differences.
    """
    with in_float32():
        return distance(make(way(t)), make(way(t + EPSILON))) / EPSILON**2


def mean_length(lengths: Tensor) -> float:
    """The mean of lengths (N) without the lowest and highest hundredth, as in the authors' code."""
    ordered = lengths.double().sort().values
    last = len(ordered) - 1
    low, high = math.floor(LEFT_OUT * last), math.ceil((1 - LEFT_OUT) * last)
    return ordered[low : high + 1].mean().item()


def perceptual_distance(one: list[Tensor], other: list[Tensor]) -> Tensor:
    """The distance (B) of images whose features are (B, C, H, W) at several stages of a network.

    At each place features are drawn to unit length; squared differences are summed over channels
    and stages, and averaged over places. So it is LPIPS (https://arxiv.org/abs/1801.03924, equation
    1) without weights that were learned from people's judgements.
    """
    pairs = zip(one, other, strict=True)
    return torch.stack([((_unit(a) - _unit(b)) ** 2).sum(1).mean((1, 2)) for a, b in pairs]).sum(0)


def _unit(features: Tensor) -> Tensor:
    """Features (B, C, H, W), at each place of length 1, or nearly so."""
    squares = (features**2).sum(1, keepdim=True)
    return features / (squares + FLOOR**2).sqrt()
