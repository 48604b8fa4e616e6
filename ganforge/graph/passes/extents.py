"""Tensors and weights that no machine holds: with them a spec could be checked and never built."""

from __future__ import annotations

import math

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Body, Composite, Node
from ganforge.graph.weights import network_weights, own_weights
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings

MOST_VALUES = 10**10
"""Of a tensor, for one sample: 40 GB as float32. StyleGAN's largest have 10**7.5."""
MOST_WEIGHTS = 10**11
"""Of a layer. The largest published networks have 10**9 in all."""
_HELP = "look at the params that it is made from: no published system comes near"


def check_extents(graph: Graph, findings: Findings) -> None:
    """GF118 for the first tensor of the spec and of each network that is too large, and for the
    first layer that has too many weights.
    """
    _check_values(graph.nodes, findings)
    seen: set[int] = set()
    for network in graph.networks.values():
        stack = [network.body]
        while stack and not findings.errors:
            body = stack.pop()
            if id(body) in seen:
                continue
            seen.add(id(body))
            _check_values(body.nodes, findings)
            if not findings.errors:
                _check_weights(body, findings)
            inner = (node.operation for node in reversed(body.nodes))
            stack += [op.body for op in inner if isinstance(op, Composite)]


def _check_values(nodes: tuple[Node, ...], findings: Findings) -> None:
    for node in nodes:
        count = math.prod(node.shape.shape) if isinstance(node.shape, Tensor) else 0
        if count > MOST_VALUES:
            message = f"`{node.name}` has" if node.name else "this gives"
            message += f" {count:,} values for each sample; at most {MOST_VALUES:,} are allowed"
            findings.add("GF118", node.path, message, _HELP)
            return


def _check_weights(body: Body, findings: Findings) -> None:
    total = network_weights(body)
    if total is not None and total <= MOST_WEIGHTS:
        return  # as nearly always: then its layers need not be counted one by one
    for node in body.nodes:
        count = 0 if isinstance(node.operation, Composite) else own_weights(body, node)
        if count is not None and count > MOST_WEIGHTS:
            message = f"this layer has {count:,} weights; at most {MOST_WEIGHTS:,} are allowed"
            findings.add("GF118", node.path, message, _HELP)
            return
