"""Labels that only some samples carry, used where each sample needs one."""

from __future__ import annotations

from ganforge.document import Path
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Apply, NetworkCall, Node, Source, upstream
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings
from ganforge.spec.models import ClassField


def check_unlabelled(graph: Graph, findings: Findings) -> None:
    """GF504: what a loss is made from may heed such labels in the losses that skip -1 alone."""
    fields = graph.spec.data.fields if graph.spec.data else {}
    counts = {
        name: field.labelled
        for name, field in fields.items()
        if isinstance(field, ClassField) and field.labelled is not None
    }
    if not counts:
        return
    partly = _partly(graph, counts)
    roots = [i for loss in graph.losses.values() for i in loss.tensors.values()]
    for index in sorted(upstream(graph.nodes, roots)):
        node = graph.nodes[index]
        taken = next((partly[i] for i in node.inputs if i in partly), None)
        if taken is None:
            continue
        if _passes(node):
            partly[index] = taken
        else:
            _report(findings, _user(node), taken, counts, node.path)
    for loss in graph.losses.values():
        for tensor, index in loss.tensors.items():
            if index in partly and tensor not in loss.spec.declaration.unlabelled:
                path = ("losses", loss.name, *tensor.split(".", 1))
                _report(findings, loss.spec.declaration.name, partly[index], counts, path)


def _partly(graph: Graph, counts: dict[str, int]) -> dict[int, str]:
    """The sources that hold such labels, with their field; a uniform condition has them all."""
    conditions = graph.spec.conditions.items()
    drawn = {name: c.field for name, c in conditions if c.draw != "uniform" and c.field in counts}
    found = {**{name: name for name in counts}, **drawn}
    return {graph.names[name]: field for name, field in found.items()}


def _passes(node: Node) -> bool:
    """Whether a function gives the same classes, such as `roll`."""
    classes = isinstance(node.shape, Tensor) and node.shape.classes is not None
    return isinstance(node.operation, Apply) and classes and node.operation.block.draws is None


def _user(node: Node) -> str:
    match node.operation:
        case NetworkCall(network=name) | Source(name=name):
            return name
        case Apply(block=block):
            return block.name.replace("-", "_")
    return "what is computed here"


def _report(findings: Findings, user: str, field: str, counts: dict[str, int], path: Path) -> None:
    message = f"`{user}` needs a class of every sample, and only {counts[field]:,} have `{field}`"
    help = "show it a condition drawn `uniform`, or ask for the class by `auxiliary-class`"
    findings.add("GF504", path, message, help)
