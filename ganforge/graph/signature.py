"""What a network's class is made from, to tell whether one class serves calls with two shapes."""

from __future__ import annotations

from ganforge.graph.nodes import Apply, Body, Composite, Layer, Node


def signature(body: Body) -> list[tuple[object, ...]]:
    """Every node of a body, composite blocks included, without its shape."""
    found: list[tuple[object, ...]] = []
    stack = [body]
    while stack:
        current = stack.pop()
        found.append(tuple(current.outputs.items()))
        for node in current.nodes:
            found.append((_made(current, node), node.inputs))
            if isinstance(node.operation, Composite):
                stack.append(node.operation.body)
    return found


def _made(body: Body, node: Node) -> str:
    operation = node.operation
    if isinstance(operation, Layer) and operation.block.module is not None:
        shapes = [body.nodes[index].shape for index in node.inputs]
        return f"{operation.block.name} {operation.block.module(operation.params, *shapes)!r}"
    if isinstance(operation, Layer | Apply):
        return f"{operation.block.name} {operation.params!r}"
    if isinstance(operation, Composite):
        return f"{operation.name} {operation.params!r}"
    return repr(operation)


def made_in(body: Body, node: Node) -> str:
    """What a node of a body does with what it is given."""
    operation = node.operation
    if isinstance(operation, Composite):
        return repr((operation.name, operation.params, signature(operation.body)))
    return _made(body, node)
