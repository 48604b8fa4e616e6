"""Layers of a network by their ids."""

from __future__ import annotations

from ganforge.graph.nodes import Body, Composite, Layer, Node, Source


def ids(body: Body) -> list[str]:
    """The ids of layers that an output is made from."""
    return list(dict.fromkeys(node.name for node in _reached(body) if node.name))


def layers_named(body: Body, name: str) -> list[tuple[int, ...]]:
    """The nodes of each layer with this id, one layer for each turn of a loop.

    A layer's norm and activation are nodes of it.
    """
    ends = [node for node in _reached(body) if node.name == name]
    return [
        tuple(
            index
            for index in sorted(body.reached)
            if (body.nodes[index].path, body.nodes[index].turns) == (end.path, end.turns)
        )
        for end in ends
    ]


def weighted(body: Body, name: str = "") -> set[int]:
    """The nodes with weights of convolutions, linear layers or embeddings: of the layers with this
    id, or of the whole network.
    """
    named = {index for layer in layers_named(body, name) for index in layer}
    return {i for i in (named if name else body.reached) if _owns_weights(body.nodes[i])}


def _reached(body: Body) -> list[Node]:
    nodes = (body.nodes[index] for index in sorted(body.reached))
    return [node for node in nodes if not isinstance(node.operation, Source)]


def _owns_weights(node: Node) -> bool:
    if isinstance(node.operation, Composite):
        return any(layer.owns_weights for layer in node.operation.body.layers())
    return isinstance(node.operation, Layer) and node.operation.owns_weights
