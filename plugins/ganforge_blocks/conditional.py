"""Blocks that take a condition: a class, or a vector."""

from __future__ import annotations

from ganforge.plugins import Block, Call, Shape, ShapeError, Tensor, call
from ganforge.plugins.params import Initialized
from ganforge_blocks.checks import Eps, changed, features, image, tensor

MODULES = "ganforge_blocks.modules.conditional"


class ConditionalBatchNormParams(Initialized):
    eps: Eps = 1e-5


class ProjectionParams(Initialized):
    """Nothing but weights and init."""


def _condition(condition: Shape, block: str) -> None:
    """GF314 for a condition that is neither a class nor a vector."""
    condition = tensor(condition, block)
    if condition.classes is None and len(features(condition, block).shape) != 1:
        raise ShapeError(
            "GF314",
            f"`{block}` takes a class or a vector as its condition, and is given {condition}",
            "flatten it: `flatten(c)`",
        )


def infer_conditional_batch_norm(
    p: ConditionalBatchNormParams, x: Tensor, condition: Tensor
) -> Tensor:
    x = image(x, "conditional-batch-norm")
    _condition(condition, "conditional-batch-norm")
    return x.with_shape(*x.shape)


def make_conditional_batch_norm(
    p: ConditionalBatchNormParams, x: Tensor, condition: Tensor
) -> Call:
    own = changed({"eps": p.eps}, eps=1e-5)
    if condition.classes is not None:
        return call(f"{MODULES}:ClassBatchNorm", x.channels, condition.classes, **own)
    return call(f"{MODULES}:VectorBatchNorm", x.channels, condition.size, **own)


def infer_projection(p: ProjectionParams, x: Tensor, condition: Tensor) -> Tensor:
    x = features(x, "projection")
    if len(x.shape) != 1:
        message = f"`projection` takes a vector of features, and is given {x}"
        raise ShapeError("GF314", message, 'insert `{ block = "global-sum" }` before it')
    _condition(condition, "projection")
    return Tensor((1,))


def make_projection(p: ProjectionParams, x: Tensor, condition: Tensor) -> Call:
    if condition.classes is not None:
        return call(f"{MODULES}:ClassProjection", x.channels, condition.classes)
    return call(f"{MODULES}:VectorProjection", x.channels, condition.size)


def _width(condition: Tensor) -> int:
    """How many rows a table for a condition has: its classes, or its numbers."""
    return condition.size if condition.classes is None else condition.classes


BLOCKS = (
    Block(
        "conditional-batch-norm",
        "Batch norm with a scale and a shift per class, or as linear functions of a vector.",
        ConditionalBatchNormParams,
        infer_conditional_batch_norm,
        module=make_conditional_batch_norm,
        inputs=("x", "condition"),
        stateful=True,
        count=lambda p, x, condition: 2 * x.channels * _width(condition),
        weighted=lambda p, x, condition: condition.classes is None,
        overwritable=True,
        shift=lambda p: True,
        mixes_batch=True,
    ),
    Block(
        "projection",
        "The inner product of features with a learned vector of the condition (1802.05637).",
        ProjectionParams,
        infer_projection,
        module=make_projection,
        inputs=("x", "condition"),
        stateful=True,
        count=lambda p, x, condition: x.channels * _width(condition),
    ),
)
