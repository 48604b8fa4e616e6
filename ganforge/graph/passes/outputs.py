"""The last layer of a generator."""

from __future__ import annotations

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Body, Layer, NetworkCall
from ganforge.graph.passes.sizes import network_of
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings


def check_outputs(graph: Graph, findings: Findings) -> None:
    """GF740, once for each network that makes images which a critic judges."""
    told: set[str] = set()
    for loss in graph.losses.values():
        for index in graph.judged(loss.tensors["fake"])[:1] if loss.has_sides else ():
            node = graph.nodes[index]
            image = isinstance(node.shape, Tensor) and node.shape.is_image
            network = network_of(graph, node) if isinstance(node.operation, NetworkCall) else None
            if image and network is not None and network.like not in told:
                told.add(network.like)
                _check_end(network.like, network.body, findings)


def _check_end(name: str, body: Body, findings: Findings) -> None:
    """No norm stands behind the last weights, before or after what bounds the result."""
    node = body.nodes[next(iter(body.outputs.values()))]
    while isinstance(node.operation, Layer) and not node.operation.owns_weights and node.inputs:
        block = node.operation.block.name
        if block.endswith("-norm"):
            message = f"the images of `{name}` go through `{block}`, which fixes their brightness"
            message += " and contrast"
            findings.add("GF740", node.path, message, "take no norm in the last layer")
            return
        node = body.nodes[node.inputs[0]]
