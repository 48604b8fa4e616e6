"""In which memory format a program keeps its images."""

from __future__ import annotations

from ganforge.graph import Graph
from ganforge.graph.nodes import Body, Composite, Layer, Node
from ganforge.plugins.shapes import Tensor


def memory_format(graph: Graph) -> str:
    """Channels last, where some layers gain by it and none loses."""
    bodies = [network.body for network in graph.networks.values()]
    layers = (layer for body in bodies for layer in body.layers())
    gains = {layer.block.channels_last(layer.params) for layer in layers} - {None}
    fits = gains == {True} and not any(map(_begins_with_norm, bodies))
    return "channels_last" if fits else "contiguous_format"


def _begins_with_norm(body: Body) -> bool:
    """Whether the first weights that an image meets are those of a norm, or of another layer that
    runs alike in any format. torch 2.13 crashes in the backward pass of `GroupNorm` where channels
    come last and what it is given has no gradient.
    """
    plain = set(body.inputs.values())
    for index, node in enumerate(body.nodes):
        if not node.inputs or not plain.issuperset(node.inputs):
            continue
        match node.operation:
            case Layer() as layer if layer.learns:
                alike = layer.block.channels_last(layer.params) is None
                if alike and _takes_image(body, node):
                    return True
            case Composite(body=inside) if any(layer.learns for layer in inside.layers()):
                if _begins_with_norm(inside):
                    return True
            case _:
                plain.add(index)
    return False


def _takes_image(body: Body, node: Node) -> bool:
    shape = body.nodes[node.inputs[0]].shape
    return isinstance(shape, Tensor) and shape.is_image
