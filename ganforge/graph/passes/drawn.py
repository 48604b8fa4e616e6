"""Random numbers that a loss takes: drawn with the latents, one draw for each of its steps."""

from __future__ import annotations

from dataclasses import replace

from ganforge.graph.graph import Graph, MovingTerm
from ganforge.graph.nodes import Node, Source
from ganforge.plugins.shapes import Tensor


def add_draws(graph: Graph) -> Graph:
    """The graph in which every term that draws is given what it draws."""
    terms = []
    for term in graph.terms:
        for name, like in term.term.draws.items():
            graph, term = _given(graph, term, name, like)
        terms.append(term)
    return replace(graph, terms=tuple(terms))


def _given(graph: Graph, term: MovingTerm, name: str, like: str) -> tuple[Graph, MovingTerm]:
    """Normal numbers in the shape of a tensor, under a name that nothing else has."""
    shape, called = graph.nodes[term.given[like]].shape, f"{term.loss}_{name}"
    if not isinstance(shape, Tensor):
        return graph, term
    while called in graph.names or called in graph.spec.networks:
        called += "_"
    source = Source(called, "random", drawn="normal")
    node = Node(source, (), Tensor(shape.shape), ("losses", term.loss), called)
    names = {**graph.names, called: len(graph.nodes)}
    term = replace(term, given={**term.given, name: len(graph.nodes)})
    return replace(graph, nodes=(*graph.nodes, node), names=names), term
