"""Augmentation that shows in samples: real and generated ones are to be augmented alike."""

from __future__ import annotations

from collections.abc import Iterator

from ganforge.diagnostics.diagnostic import Label
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.nodes import Layer, NetworkCall, Node, upstream
from ganforge.graph.passes.bodies import block_nodes
from ganforge.spec.findings import Findings

Augmented = dict[str, tuple[str, Node]]
"""What augments a side of a loss: by block and parameters, the network and the layer."""


def check_augmentation(graph: Graph, findings: Findings) -> None:
    """GF731."""
    for loss in graph.losses.values():
        if loss.has_sides:
            real, fake = (_augmented(graph, loss.tensors[side]) for side in ("real", "fake"))
            if real.keys() != fake.keys():
                _report(loss, real, fake, findings)


def augmenting(graph: Graph, node: Node) -> bool:
    """Whether a node is what a network gives that does nothing but augment."""
    call = node.operation
    if not isinstance(call, NetworkCall) or len(node.inputs) != 1:
        return False
    blocks = [block for _, block in block_nodes(graph.networks[call.network].body)]
    return bool(blocks) and all(block.augments for block in blocks)


def _augmented(graph: Graph, score: int) -> Augmented:
    return {repr(node.operation): (name, node) for name, node in _layers(graph, score)}


def _layers(graph: Graph, score: int) -> Iterator[tuple[str, Node]]:
    """The layers that augment what leads to a score, each with its network."""
    for index in sorted(upstream(graph.nodes, [score])):
        call = graph.nodes[index].operation
        if isinstance(call, NetworkCall):
            for node, block in block_nodes(graph.networks[call.network].body):
                if block.augments and isinstance(node.operation, Layer):
                    yield call.network, node


def _report(loss: GraphLoss, real: Augmented, fake: Augmented, findings: Findings) -> None:
    side, other = ("fake", "real") if real else ("real", "fake")
    if real and fake:
        message = f"`real` and `fake` of `{loss.name}` are augmented in different ways"
        help = "augment both alike: the critic tells them apart by what differs"
    else:
        end = "the generator learns to make augmented samples"
        end = end if real else "the critic tells them apart by that"
        message = f"`{other}` of `{loss.name}` is augmented, and `{side}` is not: {end}"
        name = next(iter((real or fake).values()))[0]
        help = f"call `{name}` in both: `D({name}(...))` (2006.10738)"
    labels = []
    for name, node in (fake if side == "real" else real).values():
        span = findings.document.span(node.path)
        labels += [Label(span, f"`{name}` augments here")] if span else []
    findings.add("GF731", ("losses", loss.name, side), message, help, related=tuple(labels[:1]))
