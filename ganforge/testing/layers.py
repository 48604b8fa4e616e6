"""Layers with weights, on which inits and parametrisations are tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from torch import Tensor as Values
from torch import nn

from ganforge.plugins.calls import Call, call
from ganforge.plugins.shapes import Tensor

OWNERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.Embedding)
"""Layers that `init` and `weights` are about."""


@dataclass(frozen=True)
class Made:
    """A layer, or several: the call that makes it, and what it is given."""

    name: str
    call: Call
    shape: Tensor


SINGLE = (
    Made("a linear layer", call("nn.Linear", 6, 5), Tensor((6,))),
    Made("a convolution", call("nn.Conv2d", 4, 6, 3), Tensor((4, 6, 8))),
    Made("a transposed convolution", call("nn.ConvTranspose2d", 4, 6, 4, 2), Tensor((4, 3, 5))),
    Made("an embedding", call("nn.Embedding", 7, 5), Tensor((), classes=7)),
)
SEVERAL = Made(
    "layers in each other",
    call(
        "nn.Sequential",
        call("nn.Sequential", call("nn.Conv2d", 3, 4, 3, padding=1), call("nn.BatchNorm2d", 4)),
        call("nn.Flatten"),
        call("nn.Linear", 256, 5, bias=False),
    ),
    Tensor((3, 8, 8)),
)
ALL = (*SINGLE, SEVERAL)


def used_weights(module: nn.Module) -> list[Values]:
    """The weight of each such layer, as it is used."""
    return [cast(Values, layer.weight).detach() for layer in owners(module)]


def owners(module: nn.Module) -> Iterator[nn.Module]:
    """The layers in a module that have weights of their own; no norms."""
    return (layer for layer in module.modules() if isinstance(layer, OWNERS))


def owned(module: nn.Module) -> dict[str, Values]:
    """The weights and biases of those layers, by their names in the module."""
    return {
        f"{name}.{key}".removeprefix("."): value
        for name, layer in module.named_modules()
        if isinstance(layer, OWNERS)
        for key, value in layer.named_parameters(recurse=False)
    }
