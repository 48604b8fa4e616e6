"""How many weights modules and networks have, counted from the calls that make them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ganforge.graph.nodes import Body, Composite, Layer, Node
from ganforge.graph.once import once
from ganforge.plugins.calls import Call


def _linear(inputs: int, outputs: int, bias: bool = True) -> int:
    return inputs * outputs + bias * outputs


def _conv(
    inputs: int,
    outputs: int,
    kernel_size: int | tuple[int, int],
    groups: int = 1,
    bias: bool = True,
    **rest: Any,
) -> int:
    sides = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return inputs * outputs // groups * math.prod(sides) + bias * outputs


def _batch_norm(channels: int, affine: bool = True, **rest: Any) -> int:
    return 2 * channels * affine


def _instance_norm(channels: int, affine: bool = False, **rest: Any) -> int:
    return 2 * channels * affine


def _group_norm(groups: int, channels: int, affine: bool = True, **rest: Any) -> int:
    return 2 * channels * affine


def _layer_norm(size: int, elementwise_affine: bool = True, **rest: Any) -> int:
    return 2 * size * elementwise_affine


def _none(*arguments: Any, **rest: Any) -> int:
    return 0


_COUNTS: Mapping[str, Callable[..., int]] = MappingProxyType(
    {
        "nn.Linear": _linear,
        "nn.Conv2d": _conv,
        "nn.ConvTranspose2d": _conv,
        "nn.BatchNorm1d": _batch_norm,
        "nn.BatchNorm2d": _batch_norm,
        "nn.InstanceNorm2d": _instance_norm,
        "nn.GroupNorm": _group_norm,
        "nn.LayerNorm": _layer_norm,
        "nn.Embedding": lambda count, size: count * size,
        "nn.PReLU": lambda channels=1: channels,
        "nn.Dropout": _none,
        "nn.Dropout2d": _none,
        "nn.Flatten": _none,
        "nn.ZeroPad2d": _none,
        "nn.ReflectionPad2d": _none,
        "nn.ReplicationPad2d": _none,
    }
)


def weights_of(call: Call) -> int | None:
    """The number of trained weights; None for a module that is not known here.

    The arguments are those of PyTorch's modules (https://pytorch.org/docs/stable/nn.html).
    """
    if call.target == "nn.Sequential":
        return total(weights_of(part) for part in call.args)
    count = _COUNTS.get(call.target)
    return None if count is None else count(*call.args, **call.kwargs)


def total(counts: Any) -> int | None:
    """The sum, None where one is not known."""
    known = list(counts)
    return None if None in known else sum(known)


@once
def network_weights(body: Body) -> int | None:
    """All weights of a network or composite block; None where one layer's are not known."""
    return total(own_weights(body, node) for node in body.nodes)


def own_weights(body: Body, node: Node) -> int | None:
    """The weights of one layer, or of a composite block; None where unknown."""
    operation = node.operation
    if isinstance(operation, Composite):
        return network_weights(operation.body)
    if not isinstance(operation, Layer) or not operation.block.stateful:
        return 0
    shapes = shapes_of(body, node)
    return None if None in shapes else layer_weights(operation, shapes)


def layer_weights(layer: Layer, shapes: Iterable[object]) -> int | None:
    """The weights of a layer for inputs of these shapes; None where unknown."""
    block = layer.block
    if block.count is not None:
        return block.count(layer.params, *shapes)
    assert block.module is not None
    return weights_of(block.module(layer.params, *shapes))


def shapes_of(body: Body, node: Node) -> list[object]:
    """The shapes of what a layer is given."""
    return [body.nodes[i].shape for i in node.inputs]
