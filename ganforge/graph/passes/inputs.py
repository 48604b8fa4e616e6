"""What networks are given: an input that no layer takes, and a tensor that is joined to itself."""

from __future__ import annotations

import re

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.document.tree import strings
from ganforge.graph.graph import Graph, Network
from ganforge.graph.nodes import Apply, Body, Composite, Node
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings


def check_inputs(graph: Graph, findings: Findings) -> None:
    """GF240 and GF241."""
    told: set[Path] = set()
    bodies: dict[int, Body] = {}
    for network in graph.networks.values():
        if network.name == network.like or network.like not in graph.networks:
            _check_taken(network, findings)
        bodies |= _bodies(network.body)
    for nodes in (graph.nodes, *(body.nodes for body in bodies.values())):
        _check_joined(nodes, told, findings)


def _check_taken(network: Network, findings: Findings) -> None:
    """Each input reaches an output, or a formula asks for its size."""
    body, table = network.body, ("networks", network.like)
    for k, name in enumerate(body.inputs):
        if body.inputs[name] not in body.reached and not _asked_for(name, network):
            message = f"`{network.like}` takes `{name}`, and none of its layers uses it"
            shape = body.nodes[body.inputs[name]].shape
            is_class = isinstance(shape, Tensor) and shape.classes is not None
            meant = f"one_hot({name})" if is_class else name
            first = next((other for other in body.inputs if other != name), "prev")
            help = f"use it, such as `concat({first}, {meant})`, or take it out of `inputs`"
            span = findings.document.span((*table, "layers"), key=True)
            related = (Label(span, "its layers"),) if span else ()
            findings.add("GF240", (*table, "inputs", k), message, help, related=related)


def _asked_for(name: str, network: Network) -> bool:
    """Whether a formula of the layers asks for the shape of an input."""
    pattern = rf"(channels|height|width|has)\(\s*{name}\s*\)"
    return any(re.search(pattern, text) for text in strings(network.table.layers))


def _bodies(body: Body) -> dict[int, Body]:
    """A body and those of the composite blocks in it."""
    found, stack = {id(body): body}, [body]
    while stack:
        for node in stack.pop().nodes:
            if isinstance(node.operation, Composite) and id(node.operation.body) not in found:
                found[id(node.operation.body)] = node.operation.body
                stack.append(node.operation.body)
    return found


def _written(nodes: tuple[Node, ...], index: int) -> str:
    """How wiring names a tensor: by its name, or as a function of named ones."""
    node = nodes[index]
    names = [nodes[i].name for i in node.inputs]
    if node.name is None and isinstance(node.operation, Apply) and all(names):
        function = node.operation.block.name.replace("-", "_")
        return f"`{function}({', '.join(filter(None, names))})`"
    return f"`{node.name}`" if node.name else "one tensor"


def _check_joined(nodes: tuple[Node, ...], told: set[Path], findings: Findings) -> None:
    for node in nodes:
        if not isinstance(node.operation, Apply):
            continue
        block = node.operation.block
        joins = block.inputs[0].startswith("*")  # it takes all tensors that it is given
        if joins and len(set(node.inputs)) < len(node.inputs) and node.path not in told:
            told.add(node.path)
            twice = next(i for k, i in enumerate(node.inputs) if i in node.inputs[:k])
            message = f"`{block.name}` is given {_written(nodes, twice)} twice, which adds nothing"
            findings.add("GF241", node.path, message, "name it once")
