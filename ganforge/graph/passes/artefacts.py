"""Layers that are legal, and leave their marks on every image."""

from __future__ import annotations

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Body, Composite, Layer, Node
from ganforge.graph.passage import composite_of
from ganforge.plugins.params import Initialized
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings, lookup

COLOURS = 4
"""An image has at most so many channels; features have more."""
FEATURES = 16


def check_artefacts(graph: Graph, findings: Findings) -> None:
    """GF709 and GF719."""
    for network in graph.networks.values():
        body = network.body
        for index in body.outputs.values():
            if _is_image(body.nodes[index]):
                _check_spread(body, index, findings)
        heads = [k for k, node in enumerate(body.nodes) if node.name and _is_image(node)]
        scores = [k for k, node in enumerate(body.nodes) if node.name and _size(node) == 1]
        users = _users(body) if heads or scores else {}
        for index in heads:
            _check_bottleneck(body, index, users.get(index, []), findings)
        for index in scores:
            _check_score(body, index, users.get(index, []), findings)


def _is_image(node: Node) -> bool:
    return 0 < _channels(node) <= COLOURS


def _channels(node: Node) -> int:
    shape = node.shape
    return shape.channels if isinstance(shape, Tensor) and shape.is_image else 0


def _weighted(body: Body, index: int) -> tuple[Body, Node] | None:
    """The layer with weights that a value comes from, norms and activations left out."""
    while body.nodes[index].inputs:
        node = body.nodes[index]
        if (instance := composite_of(body.nodes, index)) is not None:
            _, block, output = instance
            body, index = block.body, block.body.outputs[output]
        elif isinstance(node.operation, Layer) and isinstance(node.operation.params, Initialized):
            return body, node
        else:
            index = node.inputs[0]
    return None


def _check_spread(body: Body, index: int, findings: Findings) -> None:
    """What the last layer spreads falls on all pixels about equally often."""
    found = _weighted(body, index)
    if found is None or not isinstance(found[1].operation, Layer):
        return
    layer = found[1].operation
    kernel, stride = layer.block.spreads(layer.params) or (1, 1)
    fewest, most = kernel // stride, -(-kernel // stride)
    if most == fewest or most < 2 * fewest:
        return
    message = f"kernel {kernel} with stride {stride} makes some pixels of the image from {most} x "
    message += f"{most} values, and others from {fewest} x {fewest}"
    help = f"write `kernel = {2 * stride}`, or `upsample` and then `conv` (Odena et al. 2016)"
    findings.add("GF719", found[1].path, message, help)


def _users(body: Body) -> dict[int, list[Node]]:
    """By node, those that take it."""
    users: dict[int, list[Node]] = {}
    for node in body.nodes:
        for index in dict.fromkeys(node.inputs):
            users.setdefault(index, []).append(node)
    return users


def _check_bottleneck(body: Body, index: int, uses: list[Node], findings: Findings) -> None:
    """A head from which the next layer goes on, though it is used elsewhere."""
    is_head = len(uses) + list(body.outputs.values()).count(index) > 1
    found = _weighted(body, index) if is_head else None
    if found is None:
        return
    before, few = _channels(found[0].nodes[found[1].inputs[0]]), _channels(body.nodes[index])
    if before >= FEATURES and any(_goes_on(node, findings) for node in uses):
        name = body.nodes[index].name
        message = f"what follows `{name}` is made from its {few} channels, not from the {before} "
        message += "before it"
        help = "if it is a head beside the main line, write `side = true`"
        findings.add("GF709", body.nodes[index].path, message, help)


def _check_score(body: Body, index: int, uses: list[Node], findings: Findings) -> None:
    """A score from which a further layer with weights goes on, though it is used elsewhere."""
    is_head = len(uses) + list(body.outputs.values()).count(index) > 1
    for node in uses if is_head else ():
        table = lookup(findings.document, node.path)
        follows = isinstance(table, dict) and "from" not in table
        weighs = isinstance(node.operation, Layer) and node.operation.owns_weights
        if follows and weighs and _size(node) > 1:
            name = body.nodes[index].name
            message = f"what follows `{name}` is made from this one number, not from what stands "
            message += "before it"
            help = "if it is a head beside the main line, write `side = true`"
            findings.add("GF709", body.nodes[index].path, message, help)
            return


def _size(node: Node) -> int:
    """How long a vector is; 0 for anything else."""
    shape = node.shape
    return shape.size if isinstance(shape, Tensor) and len(shape.shape) == 1 else 0


def _goes_on(node: Node, findings: Findings) -> bool:
    """Whether a layer takes what stands before it, and makes features of it."""
    table = lookup(findings.document, node.path)
    follows = isinstance(table, dict) and "from" not in table
    return follows and isinstance(node.operation, Layer | Composite) and _channels(node) >= FEATURES
