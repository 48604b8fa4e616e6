"""Blocks that draw random numbers of their own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ganforge.plugins import Block, Call, Params, Tensor, call
from ganforge.plugins.params import Bool
from ganforge_blocks.affine import ZEROS, Start, check_start, start
from ganforge_blocks.checks import Finite, Share, image, numbers


class DropoutParams(Params):
    rate: Share
    always: Bool = False
    spatial: Bool = False


class GaussianNoiseParams(Params):
    std: Annotated[Finite, Field(ge=0)]


class NoiseParams(Params):
    per: Literal["channel", "layer"] = "channel"
    init: Start = ZEROS


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


def infer_noise(p: NoiseParams, x: Tensor) -> Tensor:
    check_start(p.init)
    return image(x, "noise").with_shape(*x.shape)


def make_noise(p: NoiseParams, x: Tensor) -> Call:
    return call("ganforge_blocks.modules.noise:Noise", start(p.init, _weights(p, x)))


def _weights(p: NoiseParams, x: Tensor) -> int:
    return x.channels if p.per == "channel" else 1


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
    Block(
        "noise",
        "Adds a new map of normal noise, times a learned number per channel or, with "
        '`per = "layer"`, for all of them (1812.04948).',
        NoiseParams,
        infer_noise,
        module=make_noise,
        stateful=True,
        count=_weights,
        overwritable=True,
        random=True,
    ),
)
