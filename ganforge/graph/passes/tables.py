"""What the terms of losses are told of their tensors, and what cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.nodes import Node, Output, upstream
from ganforge.plugins.calls import Ref
from ganforge.plugins.declarations import Entry, Term
from ganforge.plugins.mistakes import as_shape_error
from ganforge.plugins.shapes import Tensor, TensorList
from ganforge.spec.findings import Findings, lookup
from ganforge.spec.origins import SHAPE, origins


def declared_terms(graph: Graph, loss: GraphLoss, findings: Findings) -> tuple[Term, ...]:
    """The terms of a loss, which may depend on the shapes of its tables and tensors.

    There are none where a latent cannot reach its tensor (GF416), where a shape is not known, or
    the loss cannot take it.
    """
    declaration = loss.spec.declaration
    tables = {table: _entries(graph, loss, table) for table in declaration.tables}
    unseen = [e for table in tables.values() for e in table if not _is_seen(graph, loss, e)]
    if unseen:
        _report_unseen(graph, loss, unseen, findings)
        return ()
    inspected = {name: graph.nodes[loss.tensors[name]].shape for name in declaration.inspected}
    if not all(_is_known(shape, name in declaration.lists) for name, shape in inspected.items()):
        return ()
    try:
        return tuple(declaration.terms(loss.spec.params, **tables, **inspected))
    except Exception as raised:
        named = f"the loss `{declaration.name}` cannot be made"
        error = as_shape_error(raised, named, declaration.terms)
        said = (error.at, f"{error.at}.latent")
        nodes = [loss.tensors[name] for name in said if name in loss.tensors]
        related = ends(graph, nodes, findings)
        path = _path(loss, error.at)
        findings.add(error.code, path, error.message, error.help, related=related)
        return ()


def _is_known(shape: object, listed: bool) -> bool:
    return isinstance(shape, Tensor) or (listed and isinstance(shape, TensorList))


def _path(loss: GraphLoss, tensor: str) -> Path:
    return ("losses", loss.name, *tensor.split(".", 1))


def _entries(graph: Graph, loss: GraphLoss, table: str) -> tuple[Entry, ...]:
    """The lines of a table whose shapes are known."""
    entries = []
    for name in loss.spec.tensors:
        owner, _, latent = name.partition(".")
        drawn = f"{name}.latent"
        shapes = [graph.nodes[loss.tensors[n]].shape for n in (drawn, name)]
        known = [shape for shape in shapes if isinstance(shape, Tensor)]
        if owner == table and len(known) == 2:
            entries.append(Entry(latent, Ref(drawn), Ref(name), *known))
    return tuple(entries)


def _is_seen(graph: Graph, loss: GraphLoss, entry: Entry) -> bool:
    tensor = loss.tensors[entry.tensor.name]
    return loss.tensors[entry.latent.name] in upstream(graph.nodes, (tensor,))


def _report_unseen(
    graph: Graph, loss: GraphLoss, entries: Sequence[Entry], findings: Findings
) -> None:
    """GF416 for the first of the lines whose tensor is not made from its latent."""
    entry, document = entries[0], findings.document
    message = f"`{loss.spec.tensors[entry.tensor.name]}` is not made from `{entry.name}`"
    help = f"give `{entry.name}` to the generator, such as `G(z, {entry.name})`"
    latent = loss.tensors[entry.latent.name]
    made = (n for n in graph.spec.flow if latent in upstream(graph.nodes, (graph.names[n],)))
    if (name := next(made, None)) is not None:
        help = f"tell it from what is made from `{entry.name}`, such as `{name}`"
    spans = [document.span(_path(loss, other.tensor.name)) for other in entries[1:]]
    labels = tuple(Label(span, "nor is this") for span in spans if span is not None)
    path = _path(loss, entry.tensor.name)
    findings.add("GF416", path, f"{message}, and cannot tell it", help, related=labels)


def ends(graph: Graph, indices: Iterable[int], findings: Findings) -> tuple[Label, ...]:
    """Where tensors come from, and their shapes."""
    labels = []
    for index in indices:
        node = graph.nodes[index]
        path = _maker(graph, node).path
        span = findings.document.span(path)
        if span is not None:
            labels.append(Label(span, node.about()))
        given = origins(findings.document, SHAPE, lookup(findings.document, path), span)
        labels += [label for label in given if not findings.document.distance(label.span)]
    return tuple(dict.fromkeys(labels))


def _maker(graph: Graph, node: Node) -> Node:
    """The layer that makes what a network returns, else the node itself."""
    output = node.operation.name if isinstance(node.operation, Output) else None
    called = graph.nodes[node.inputs[0]] if output else node
    network = graph.networks.get(getattr(called.operation, "network", ""))
    if network is None:
        return node
    outputs = network.body.outputs
    return network.body.nodes[outputs[output] if output else next(iter(outputs.values()))]
