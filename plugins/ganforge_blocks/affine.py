"""Learned values that need no matrix: shifts, scales and constants."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ganforge.plugins import Block, Call, Params, Shape, ShapeError, Tensor, call
from ganforge.plugins.params import Ints
from ganforge_blocks.checks import Finite, features, numbers


class StartParams(Params):
    """How these few values start; the network's `init` is for weights and leaves them alone."""

    kind: Literal["zeros", "ones", "normal"]
    std: Annotated[Finite, Field(ge=0)] | None = None


def _table(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


Start = Annotated[StartParams, BeforeValidator(_table, json_schema_input_type=str | StartParams)]
ZEROS, ONES = StartParams(kind="zeros"), StartParams(kind="ones")


class BiasParams(Params):
    init: Start = ZEROS


class ScaleParams(Params):
    init: Start = ONES


class ConstantParams(Params):
    shape: Ints
    init: Start = ONES


def check_start(how: StartParams) -> None:
    """GF115 for a deviation of what is not normal, or none of what is."""
    if (how.kind == "normal") != (how.std is not None):
        raise ShapeError(
            "GF115",
            "`init` takes `std` with `normal`, and only then",
            'write { kind = "normal", std = 1 }',
        )


def start(how: StartParams, *shape: int) -> Call:
    """The call that makes what such values start as."""
    if how.kind == "normal" and how.std != 1:
        return call("torch.normal", 0.0, how.std, shape)
    return call("torch.randn" if how.kind == "normal" else f"torch.{how.kind}", *shape)


def infer_bias(p: BiasParams, x: Tensor) -> Tensor:
    check_start(p.init)
    return features(x, "bias").with_shape(*x.shape)


def make_bias(p: BiasParams, x: Tensor) -> Call:
    return call("ganforge_blocks.modules.affine:Bias", start(p.init, x.channels))


def infer_scale(p: ScaleParams, x: Tensor) -> Tensor:
    check_start(p.init)
    return features(x, "scale").with_shape(*x.shape)


def make_scale(p: ScaleParams, x: Tensor) -> Call:
    return call("ganforge_blocks.modules.affine:Scale", start(p.init, x.channels))


def infer_constant(p: ConstantParams, x: Shape) -> Tensor:
    if not isinstance(x, Tensor):
        help = 'it takes one tensor for the size of the batch: `from = "w[0]"`'
        raise ShapeError("GF217", "`constant` is given a list", help)
    check_start(p.init)
    if not p.shape:
        raise ShapeError("GF115", "a constant needs a shape", "write `shape = [512, 4, 4]`")
    return numbers(Tensor(p.shape), "constant")


def make_constant(p: ConstantParams, x: Tensor) -> Call:
    return call("ganforge_blocks.modules.affine:Constant", start(p.init, *p.shape))


BLOCKS = (
    Block(
        "bias",
        "Adds a learned number per channel.",
        BiasParams,
        infer_bias,
        module=make_bias,
        stateful=True,
        count=lambda p, x: x.channels,
        shift=lambda p: True,
    ),
    Block(
        "scale",
        "Multiplies by a learned number per channel.",
        ScaleParams,
        infer_scale,
        module=make_scale,
        stateful=True,
        count=lambda p, x: x.channels,
    ),
    Block(
        "constant",
        "A learned tensor, the same for every sample; of its input it takes the batch size only.",
        ConstantParams,
        infer_constant,
        module=make_constant,
        stateful=True,
        count=lambda p, x: Tensor(p.shape).size,
        cuts_gradient=True,
    ),
)
