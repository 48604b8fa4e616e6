"""What a gradient does inside of a network: which weights it moves, which inputs it reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ganforge.document import Path
from ganforge.graph.nodes import (
    Apply,
    Body,
    Composite,
    Layer,
    NetworkCall,
    Node,
    Output,
    Replay,
)
from ganforge.graph.once import once


@dataclass(frozen=True, slots=True)
class Passage:
    """What the gradient of an output does.

    learns: whether it moves weights inside. inputs: the places of the inputs that it reaches.
    """

    learns: bool
    inputs: frozenset[int]


@once
def passages(body: Body) -> Mapping[str, Passage]:
    """The passage of each output of a body, by its name."""
    return {name: _passage(body, root) for name, root in body.outputs.items()}


def _passage(body: Body, root: int) -> Passage:
    places = {index: place for place, index in enumerate(body.inputs.values())}
    learns, inputs, seen, stack = False, set[int](), set[int](), [root]
    while stack:
        index = stack.pop()
        if index in seen:
            continue
        seen.add(index)
        node, operation = body.nodes[index], body.nodes[index].operation
        if index in places:
            inputs.add(places[index])
        elif (instance := composite_of(body.nodes, index)) is not None:
            called, block, output = instance
            inner = passages(block.body)[output]
            learns |= inner.learns
            stack.extend(called.inputs[place] for place in inner.inputs)
        else:
            learns |= isinstance(operation, Layer) and operation.learns
            stack.extend(() if cuts(node) else node.inputs)
    return Passage(learns, frozenset(inputs))


def cuts(node: Node) -> bool:
    """Whether no gradient flows through a node."""
    if isinstance(node.operation, Apply | Layer):
        return node.operation.block.cuts_gradient
    return isinstance(node.operation, Replay)


def cutting_layer(body: Body) -> Path | None:
    """Where the first layer of a body stands that does nothing but cut gradients."""
    for node in body.nodes:
        operation = node.operation
        if isinstance(operation, Composite) and (inside := cutting_layer(operation.body)):
            return inside
        if cuts(node) and not (isinstance(operation, Layer) and operation.learns):
            return node.path
    return None


def composite_of(nodes: Sequence[Node], index: int) -> tuple[Node, Composite, str] | None:
    """The instance of a composite block that a node is, or is an output of, and that output's
    name.
    """
    node, name = nodes[index], ""
    if isinstance(node.operation, Output):
        name = node.operation.name
        node = nodes[node.inputs[0]]
    return (node, node.operation, name) if isinstance(node.operation, Composite) else None


def called(nodes: Sequence[Node], index: int) -> tuple[Node, str] | None:
    """The call of a network that a node is, or is an output of, and that output's name."""
    node = nodes[index]
    if isinstance(node.operation, Output):
        return nodes[node.inputs[0]], node.operation.name
    return (node, "") if isinstance(node.operation, NetworkCall) else None
