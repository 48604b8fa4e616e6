"""What a loss takes as logits must not have gone through a sigmoid or softmax before."""

from __future__ import annotations

from ganforge.document import Path
from ganforge.graph.graph import Graph, MovingTerm
from ganforge.graph.nodes import Apply, Layer, Node
from ganforge.graph.passes.bodies import bounding, bounds_of, returned, written_as
from ganforge.spec.findings import Findings


def check_logits(graph: Graph, findings: Findings) -> None:
    """GF702 for the scores of critics, and GF708 for the logits of classes."""
    told: set[Path] = set()
    for term in graph.terms:
        for name in term.term.logits:
            _check(graph, term, name, told, findings)


def _check(graph: Graph, term: MovingTerm, name: str, told: set[Path], findings: Findings) -> None:
    loss = graph.losses[term.loss]
    index = loss.tensors[name]
    if bounds_of(graph.nodes[index]) is None:
        return
    made = returned(graph, index)
    if made is None:
        network, last = "", graph.nodes[index]
    else:
        network, last = made[0], bounding(graph.networks[made[0]].body, made[1])
    ending = _ending(last)
    if last.path in told:
        return  # what one layer gives to several losses is one mistake
    told.add(last.path)
    if term.term.side == "all":
        message = f"`{term.loss}` takes logits, and is given what went through {ending}"
        findings.add("GF708", last.path, message, "remove it: the loss has one of its own")
    else:
        who = f"the critic `{network}` ends" if network else f"`{loss.spec.tensors[name]}` ends"
        message = f"{who} in {ending}, and its loss takes scores of any size"
        findings.add("GF702", last.path, message, f"remove the {ending}")


def _ending(node: Node) -> str:
    if isinstance(node.operation, Layer | Apply):
        return node.operation.block.name
    bounds = bounds_of(node)
    return f"values in {written_as(bounds)}" if bounds else "bounded values"
