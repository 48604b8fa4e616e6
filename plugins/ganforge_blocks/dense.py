"""Layers over all values of a sample, and what turns classes into numbers."""

from __future__ import annotations

from ganforge.plugins import Block, Call, Ref, ShapeError, Tensor, call
from ganforge.plugins.params import Initialized, Positive, Weighted
from ganforge_blocks.checks import NoParams, changed, features, tensor


class LinearParams(Weighted):
    out: Positive


class MaxoutParams(Weighted):
    out: Positive
    pieces: Positive


class EmbeddingParams(Initialized):
    out: Positive


def _flattened(x: Tensor, layer: Call) -> Call:
    return layer if len(x.shape) == 1 else call("nn.Sequential", call("nn.Flatten"), layer)


def infer_linear(p: LinearParams, x: Tensor) -> Tensor:
    features(x, "linear")
    return Tensor((p.out,))


def make_linear(p: LinearParams, x: Tensor) -> Call:
    bias = changed({"bias": p.bias}, bias=True)
    return _flattened(x, call("nn.Linear", x.size, p.out, **bias))


def infer_maxout(p: MaxoutParams, x: Tensor) -> Tensor:
    features(x, "maxout")
    return Tensor((p.out,))


def make_maxout(p: MaxoutParams, x: Tensor) -> Call:
    own = changed({"pieces": p.pieces, "bias": p.bias}, bias=True)
    return _flattened(x, call("ganforge_blocks.modules.maxout:Maxout", x.size, p.out, **own))


def _class(y: Tensor, block: str) -> int:
    y = tensor(y, block)
    if y.classes is None:
        help = 'numbers go through `{ block = "linear", out = 128 }`'
        raise ShapeError("GF506", f"`{block}` takes a class, and is given {y}", help)
    return y.classes


def infer_embedding(p: EmbeddingParams, y: Tensor) -> Tensor:
    _class(y, "embedding")
    return Tensor((p.out,))


def make_embedding(p: EmbeddingParams, y: Tensor) -> Call:
    return call("nn.Embedding", y.classes, p.out)


def infer_one_hot(p: NoParams, y: Tensor) -> Tensor:
    return Tensor((_class(y, "one-hot"),), range=(0.0, 1.0))


def call_one_hot(p: NoParams, y: Tensor) -> Call:
    return call("ganforge_blocks.modules.wiring:one_hot", Ref("y"), y.classes)


BLOCKS = (
    Block(
        "linear",
        "Fully connected layer over all values of a sample.",
        LinearParams,
        infer_linear,
        module=make_linear,
        stateful=True,
        overwritable=True,
        shift=lambda p: p.bias is not False,
    ),
    Block(
        "maxout",
        "Fully connected layer of `out` units, each the largest of `pieces` linear ones.",
        MaxoutParams,
        infer_maxout,
        module=make_maxout,
        stateful=True,
        count=lambda p, x: p.out * p.pieces * (x.size + p.bias),
        shift=lambda p: p.bias is not False,
    ),
    Block(
        "embedding",
        "A learned vector for each class.",
        EmbeddingParams,
        infer_embedding,
        module=make_embedding,
        inputs=("y",),
        stateful=True,
    ),
    Block(
        "one-hot",
        "A class as a vector of zeros and a single one.",
        NoParams,
        infer_one_hot,
        function=call_one_hot,
        inputs=("y",),
    ),
)
