"""Conditions: what generates under one must be judged under it."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.nodes import NetworkCall, Node, upstream
from ganforge.graph.passes.judging import check_judging
from ganforge.graph.passes.origins import sources
from ganforge.graph.passes.unlabelled import check_unlabelled
from ganforge.spec.findings import Findings
from ganforge.spec.label_noise import check_classes
from ganforge.spec.models import ClassField


def check_conditioning(graph: Graph, findings: Findings) -> None:
    """GF501, GF502, GF504, GF508 and GF510 to GF512; GF115 for noise of classes that are not
    there.
    """
    _check_noise(graph, findings)
    check_unlabelled(graph, findings)
    swapped: set[str] = set()
    for loss in graph.losses.values():
        if loss.has_sides:
            swapped |= _check_fake(graph, loss, findings)
            _check_real(graph, loss, findings)
    swapped |= check_judging(graph, findings)
    _check_seen(graph, swapped, findings)


def _check_noise(graph: Graph, findings: Findings) -> None:
    for name, condition in graph.spec.conditions.items():
        field = graph.spec.data.fields[condition.field] if graph.spec.data else None
        if isinstance(field, ClassField):
            path = ("conditioning", name, "noise")
            check_classes(condition.noise, field.classes, path, findings)


def _check_seen(graph: Graph, swapped: set[str], findings: Findings) -> None:
    """Every condition that a generator heeds is seen by a loss, unless another stands there."""
    seen = _seen_by_losses(graph)
    roots = [i for loss in graph.losses.values() for i in loss.tensors.values()]
    taken = _taken(graph)
    used = upstream(taken, roots)
    for name in graph.spec.conditions:
        index = graph.names.get(name)
        if index in used and index not in seen and name not in swapped:
            network = _given(taken, index) or "a generator"
            message = f"{network} is given `{name}`, and no loss sees whether it heeds it"
            help = f"show it to the critic, `D(fake, {name})`, or ask for it by `auxiliary-class`"
            span = findings.document.span(("conditioning", name), key=True)
            related = (Label(span, "the condition"),) if span else ()
            findings.add("GF501", _judging(graph, index), message, help, related=related)


def _taken(graph: Graph) -> list[Node]:
    """The nodes; calls of networks without the inputs that no layer uses."""
    nodes = list(graph.nodes)
    for index, node in enumerate(nodes):
        if isinstance(node.operation, NetworkCall) and node.operation.network in graph.networks:
            body = graph.networks[node.operation.network].body
            reached = body.reached
            given = zip(node.inputs, body.inputs.values(), strict=True)
            nodes[index] = node._replace(inputs=tuple(i for i, own in given if own in reached))
    return nodes


def _given(nodes: list[Node], condition: int) -> str | None:
    """The first network that takes what is made of a condition."""
    for node in nodes:
        if isinstance(node.operation, NetworkCall) and condition in upstream(nodes, node.inputs):
            return f"`{node.operation.network}`"
    return None


def _judging(graph: Graph, condition: int) -> Path:
    """The tensor of a loss that judges what is generated under a condition."""
    tensors = [(loss, tensor) for loss in graph.losses.values() for tensor in loss.tensors]
    tensors.sort(key=lambda pair: pair[1] != "fake")
    for loss, tensor in tensors:
        if condition in upstream(graph.nodes, [loss.tensors[tensor]]):
            return ("losses", loss.name, *tensor.split(".", 1))
    return ("losses",)


def _seen_by_losses(graph: Graph) -> set[int]:
    """What losses are made from without passing through a network of the generator's side."""
    made = {n for t in graph.terms if t.term.side == "generator" for n in t.moves}
    made -= graph.called(loss.tensors["real"] for loss in graph.losses.values() if loss.has_sides)
    seen: set[int] = set()
    stack = [i for loss in graph.losses.values() for i in loss.tensors.values()]
    while stack:
        index = stack.pop()
        node = graph.nodes[index]
        generated = isinstance(node.operation, NetworkCall) and node.operation.network in made
        if index not in seen and not generated:
            seen.add(index)
            stack.extend(node.inputs)
    return seen


def _check_fake(graph: Graph, loss: GraphLoss, findings: Findings) -> set[str]:
    """The conditions under which a generated sample is made and not judged."""
    swapped: set[str] = set()
    judged = graph.judged(loss.tensors["fake"])
    made_of = sources(graph, *judged[:1])
    shown = sources(graph, *judged[1:])
    for name, condition in graph.spec.conditions.items():
        if condition.draw == "same" or name not in made_of or name in shown:
            continue
        if condition.field in shown:
            message = f"`fake` is generated under `{name}` and judged under `{condition.field}`"
            help = f"write `{name}`; the real sample carries `{condition.field}`"
            findings.add("GF502", ("losses", loss.name, "fake"), message, help)
            swapped.add(name)
    return swapped


def _check_real(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """A real sample is judged under what the data say of it."""
    judged = graph.judged(loss.tensors["real"])
    made_of = sources(graph, *judged[:1])
    shown = sources(graph, *judged[1:])
    fields = graph.spec.data.fields if graph.spec.data else {}
    if not made_of or not made_of <= fields.keys():
        return
    for name, condition in graph.spec.conditions.items():
        if condition.draw != "same" and name in shown and condition.field not in shown:
            message = f"`real` is a sample of the data, and judged under the drawn `{name}`"
            help = f"write `{condition.field}`, which belongs to the sample"
            findings.add("GF502", ("losses", loss.name, "real"), message, help)
