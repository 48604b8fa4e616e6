"""What passes ask of the layers of a network, composite blocks included."""

from __future__ import annotations

from collections.abc import Collection

from ganforge.document import Path
from ganforge.graph.nodes import Body, Composite, Layer


def has_block(body: Body, block: str) -> bool:
    """Whether some layer is this block."""
    return any(layer.block.name == block for layer in body.layers())


def first_place(body: Body, block: str) -> Path | None:
    """Where the first layer that is this block, or has it as `norm` or `act`, was written."""
    stack = [body]
    while stack:
        nodes = stack.pop().nodes
        for node in nodes:
            if isinstance(node.operation, Layer) and node.operation.block.name == block:
                return node.path
        stack += [n.operation.body for n in reversed(nodes) if isinstance(n.operation, Composite)]
    return None


def is_spectral(body: Body) -> bool:
    """Whether some layer normalises its weights by their largest singular value."""
    made = (layer.parametrizer for layer in body.layers())
    return any(p is not None and p.parametrization.name == "spectral" for p in made)


def ends_in(body: Body, output: str, blocks: Collection[str]) -> tuple[str, Path] | None:
    """The block of the layer that gives an output, if it is one of these, and where it stands."""
    node = body.nodes[body.outputs[output]] if output in body.outputs else None
    if node is None or not isinstance(node.operation, Layer):
        return None
    name = node.operation.block.name
    return (name, node.path) if name in blocks else None
