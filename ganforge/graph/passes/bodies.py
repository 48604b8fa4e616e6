"""What passes ask of the layers of a network, composite blocks included."""

from __future__ import annotations

from collections.abc import Sequence

from ganforge.document import Path
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Apply, Body, Bundle, Composite, Layer, NetworkCall, Node, Output
from ganforge.graph.once import once
from ganforge.plugins.declarations import Block
from ganforge.plugins.shapes import Tensor

Bounds = tuple[float, float]


@once
def block_nodes(body: Body) -> Sequence[tuple[Node, Block]]:
    """Every layer and function, those of composite blocks included; a shared body counts once."""
    found = []
    stack, seen = [body], {id(body)}
    while stack:
        nodes = stack.pop().nodes
        inner = [n.operation.body for n in reversed(nodes) if isinstance(n.operation, Composite)]
        stack += [other for other in inner if id(other) not in seen]
        seen |= {id(other) for other in inner}
        for node in nodes:
            if isinstance(node.operation, Layer | Apply):
                found.append((node, node.operation.block))
    return found


def first_mixing(body: Body) -> tuple[str, Path] | None:
    """The first block that mixes the samples of a batch, and where it was written."""
    return next(((b.name, node.path) for node, b in block_nodes(body) if b.mixes_batch), None)


def is_bounded(body: Body) -> bool:
    """Whether the weights of some layer are bounded by their parametrisation."""
    made = (layer.parametrizer for layer in body.layers())
    return any(p is not None and p.parametrization.bounds for p in made)


def returned(graph: Graph, index: int) -> tuple[str, Node] | None:
    """Of what a call of a network gives: the network, and the node inside it that makes it."""
    node, output = graph.nodes[index], ""
    if isinstance(node.operation, Output):
        output, node = node.operation.name, graph.nodes[node.inputs[0]]
    if not isinstance(node.operation, NetworkCall):
        return None
    body = graph.networks[node.operation.network].body
    return node.operation.network, body.nodes[body.outputs[output]]


def bounds_of(node: Node) -> Bounds | None:
    """Between which values a tensor is known to lie."""
    return node.shape.range if isinstance(node.shape, Tensor) else None


def bounding(body: Body, node: Node) -> Node:
    """The node that bounds a value; what follows it only arranges the values."""
    while node.inputs:
        before = body.nodes[node.inputs[0]]
        if isinstance(before.shape, Bundle) or bounds_of(before) != bounds_of(node):
            return node
        node = before
    return node


def written_as(bounds: Bounds) -> str:
    """Bounds as a spec writes them."""
    return f"[{bounds[0]:g}, {bounds[1]:g}]"
