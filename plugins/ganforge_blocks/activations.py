"""Activation functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ganforge.plugins import Block, Call, Params, Ref, ShapeError, Tensor, call
from ganforge_blocks.checks import Finite, NoParams, features, numbers


class LeakyReluParams(Params):
    slope: Finite = 0.2


def _same(name: str, bounds: tuple[float, float] | None = None) -> Callable[[Any, Tensor], Tensor]:
    def infer(p: Any, x: Tensor) -> Tensor:
        return Tensor(numbers(x, name).shape, range=bounds)

    return infer


def _activation(
    name: str,
    summary: str,
    module: str,
    function: str,
    bounds: tuple[float, float] | None = None,
    inplace: bool = False,
) -> Block:
    """An activation without parameters that works on each value alone."""
    return Block(
        name,
        summary,
        NoParams,
        _same(name, bounds),
        module=lambda p, x: call(module),
        function=lambda p, x: call(function, Ref("x")),
        inplace=lambda p: inplace,
    )


def _slope(p: LeakyReluParams) -> tuple[float, ...]:
    return () if p.slope == 0.01 else (p.slope,)


def infer_prelu(p: NoParams, x: Tensor) -> Tensor:
    return features(x, "prelu").with_shape(*x.shape)


def infer_softmax(p: NoParams, x: Tensor) -> Tensor:
    return Tensor(features(x, "softmax").shape, range=(0.0, 1.0))


def infer_glu(p: NoParams, x: Tensor) -> Tensor:
    x = features(x, "glu")
    if x.channels % 2:
        message = f"`glu` gates one half of the channels by the other, and there are {x.channels}"
        raise ShapeError("GF311", message, "give it an even number of channels")
    return Tensor((x.channels // 2, *x.shape[1:]))


def make_softmax(p: NoParams, x: Tensor) -> Call:
    return call("nn.Softmax", dim=1)


BLOCKS = (
    _activation("relu", "max(x, 0).", "nn.ReLU", "F.relu", inplace=True),
    Block(
        "leaky-relu",
        "x, or slope * x where x is negative.",
        LeakyReluParams,
        _same("leaky-relu"),
        module=lambda p, x: call("nn.LeakyReLU", *_slope(p)),
        function=lambda p, x: call("F.leaky_relu", Ref("x"), *_slope(p)),
        inplace=lambda p: p.slope >= 0,
    ),
    _activation(
        "elu", "x, or exp(x) - 1 where x is negative (1511.07289).", "nn.ELU", "F.elu", inplace=True
    ),
    Block(
        "prelu",
        "Leaky ReLU with one learned slope (1502.01852).",
        NoParams,
        infer_prelu,
        module=lambda p, x: call("nn.PReLU"),
        stateful=True,
    ),
    _activation("tanh", "Hyperbolic tangent, in (-1, 1).", "nn.Tanh", "torch.tanh", (-1.0, 1.0)),
    _activation(
        "sigmoid", "1 / (1 + exp(-x)), in (0, 1).", "nn.Sigmoid", "torch.sigmoid", (0.0, 1.0)
    ),
    Block(
        "softmax",
        "exp(x) over its sum, over the channels.",
        NoParams,
        infer_softmax,
        module=make_softmax,
        function=lambda p, x: call("torch.softmax", Ref("x"), dim=1),
    ),
    _activation("swish", "x * sigmoid(x) (1710.05941).", "nn.SiLU", "F.silu"),
    Block(
        "glu",
        "The first half of the channels times the sigmoid of the second (1612.08083).",
        NoParams,
        infer_glu,
        module=lambda p, x: call("nn.GLU", dim=1),
        function=lambda p, x: call("F.glu", Ref("x"), dim=1),
    ),
)
