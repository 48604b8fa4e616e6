"""Losses of every n-th step: they are computed from draws of their own, beside another loss."""

from __future__ import annotations

from dataclasses import replace

from ganforge.graph.graph import Graph, MovingTerm
from ganforge.graph.nodes import Node, Source, upstream
from ganforge.spec.findings import Findings


def draw_afresh(graph: Graph) -> Graph:
    """The graph in which what is drawn for such a loss is drawn anew; the real samples stay."""
    terms = []
    for term in graph.terms:
        every = graph.every(term)
        if every > 1:
            graph, term = _redrawn(graph, term, every)
        terms.append(term)
    return replace(graph, terms=tuple(terms))


def _redrawn(graph: Graph, term: MovingTerm, every: int) -> tuple[Graph, MovingTerm]:
    nodes, names, new = list(graph.nodes), dict(graph.names), dict[int, int]()
    for index in sorted(upstream(graph.nodes, term.tensors)):
        node = graph.nodes[index]
        if isinstance(node.operation, Source) and _is_drawn(graph, node.operation):
            new[index] = _source(node, node.operation, every, nodes, names)
        elif any(i in new for i in node.inputs):
            nodes.append(node._replace(inputs=tuple(new.get(i, i) for i in node.inputs)))
            new[index] = len(nodes) - 1
    given = {name: new.get(index, index) for name, index in term.given.items()}
    return replace(graph, nodes=tuple(nodes), names=names), replace(term, given=given)


def _is_drawn(graph: Graph, source: Source) -> bool:
    """Whether a source is drawn beside the real samples, not read with them."""
    condition = graph.spec.conditions.get(source.name)
    return source.role != "field" and (condition is None or condition.draw != "same")


def _source(
    node: Node, source: Source, every: int, nodes: list[Node], names: dict[str, int]
) -> int:
    """Another draw of a source; one for all losses of the same step."""
    name = f"{source.name}_every_{every}"
    if name not in names:
        drawn = replace(source, name=name, like=source.name)
        nodes.append(node._replace(operation=drawn, name=name))
        names[name] = len(nodes) - 1
    return names[name]


def check_lazy(graph: Graph, findings: Findings) -> None:
    """GF115: some loss of a player is computed at each of its steps, as far as all are known."""
    if not graph.spec.sound or graph.losses.keys() - {term.loss for term in graph.terms}:
        return
    for player in graph.players:
        if player.terms and all(graph.every(term) > 1 for term in player.terms):
            path = ("losses", player.terms[0].loss, "every")
            message = f"the player `{player.name}` has no loss that is computed at each step"
            findings.add("GF115", path, message, "write `every = 1`, or add a loss for it")
