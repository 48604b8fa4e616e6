"""What a network's class is made from, to tell whether one class serves calls with two shapes."""

from __future__ import annotations

from ganforge.graph.nodes import Apply, Body, Composite, Layer, Node
from ganforge.graph.once import once

Signature = tuple[object, ...]


@once
def signature(body: Body) -> Signature:
    """Every node of a body, composite blocks included, without its shape."""
    inputs = (node.inputs for node in body.nodes)
    return (*body.outputs.items(), *zip(made_by(body), inputs, strict=True))


@once
def made_by(body: Body) -> tuple[object, ...]:
    """What each node of a body does with what it is given."""
    return tuple(_made_in(body, node) for node in body.nodes)


def _made_in(body: Body, node: Node) -> object:
    operation = node.operation
    if isinstance(operation, Composite):
        return (operation.name, repr(operation.params), signature(operation.body))
    if isinstance(operation, Layer) and operation.block.module is not None:
        shapes = [body.nodes[index].shape for index in node.inputs]
        return f"{operation.block.name} {operation.block.module(operation.params, *shapes)!r}"
    if isinstance(operation, Layer | Apply):
        return f"{operation.block.name} {operation.params!r}"
    return repr(operation)
