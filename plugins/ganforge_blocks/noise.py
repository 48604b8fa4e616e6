"""Blocks that draw random numbers of their own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ganforge.plugins import Block, Call, Params, Tensor, call
from ganforge.plugins.params import Bool
from ganforge_blocks.checks import Finite, Share, image, numbers


class DropoutParams(Params):
    rate: Share
    always: Bool = False
    spatial: Bool = False


class GaussianNoiseParams(Params):
    std: Annotated[Finite, Field(ge=0)]


def infer_dropout(p: DropoutParams, x: Tensor) -> Tensor:
    x = image(x, "dropout") if p.spatial else numbers(x, "dropout")
    return x.with_shape(*x.shape)


def make_dropout(p: DropoutParams, x: Tensor) -> Call:
    name = "Dropout2d" if p.spatial else "Dropout"
    target = f"ganforge_blocks.modules.noise:Always{name}" if p.always else f"nn.{name}"
    return call(target, p.rate)


def infer_gaussian_noise(p: GaussianNoiseParams, x: Tensor) -> Tensor:
    return numbers(x, "gaussian-noise").with_shape(*x.shape)


def make_gaussian_noise(p: GaussianNoiseParams, x: Tensor) -> Call:
    return call("ganforge_blocks.modules.noise:GaussianNoise", p.std)


BLOCKS = (
    Block(
        "dropout",
        "Sets values (or whole channels, `spatial`) to zero; `always` does so in sampling too.",
        DropoutParams,
        infer_dropout,
        module=make_dropout,
        stateful=True,
        count=lambda p, x: 0,
        learns=lambda p: False,
        random=True,
    ),
    Block(
        "gaussian-noise",
        "Adds normal noise of deviation `std` in training.",
        GaussianNoiseParams,
        infer_gaussian_noise,
        module=make_gaussian_noise,
        stateful=True,
        count=lambda p, x: 0,
        learns=lambda p: False,
        random=True,
    ),
)
