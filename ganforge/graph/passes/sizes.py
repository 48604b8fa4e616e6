"""Which layer decides the size of what a network gives."""

from __future__ import annotations

from ganforge.document import Path
from ganforge.graph.graph import Graph, Network
from ganforge.graph.nodes import Node, NodeShape, Output
from ganforge.plugins.shapes import Tensor


def network_of(graph: Graph, node: Node) -> Network | None:
    """The network whose result a value is, or whose named output."""
    called = graph.nodes[node.inputs[0]] if isinstance(node.operation, Output) else node
    return graph.networks.get(getattr(called.operation, "network", ""))


def deciding(graph: Graph, index: int, wanted: NodeShape) -> Path | None:
    """The layer that makes a network's result unlike `wanted`: the last one that changes the
    channels, or the height and width, where they differ. None where no network gives the value.
    """
    value = graph.nodes[index]
    network = network_of(graph, value)
    if network is None or not isinstance(value.shape, Tensor):
        return None
    of_channels = False
    if isinstance(wanted, Tensor) and wanted.is_image and value.shape.is_image:
        of_channels = wanted.channels != value.shape.channels
    name = value.operation.name if isinstance(value.operation, Output) else ""
    outputs = network.body.outputs
    node = network.body.nodes[outputs.get(name, next(iter(outputs.values())))]
    while node.inputs:
        before = network.body.nodes[node.inputs[0]]
        if _side(before, of_channels) != _side(node, of_channels):
            break
        node = before
    return node.path


def _side(node: Node, of_channels: bool) -> tuple[int, ...] | None:
    """The channels of an image or its height and width; of anything else its whole shape."""
    shape = node.shape
    if not isinstance(shape, Tensor):
        return None
    if not shape.is_image:
        return (*shape.shape, -1)
    return shape.shape[:1] if of_channels else shape.shape[1:]
