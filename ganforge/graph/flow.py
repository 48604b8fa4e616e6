"""The order of `[flow]`: each tensor after those it names."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache

from ganforge.formula.errors import FormulaError
from ganforge.formula.parse import KEPT, parse_wiring
from ganforge.spec.findings import Findings

MOST_SHOWN = 12
"""Tensors of a circle that a message names."""


def flow_order(flow: Mapping[str, str], findings: Findings) -> tuple[list[str], set[str]]:
    """The names in an order that works, and those that are made from each other (GF203)."""
    edges = [(used, name) for name, text in flow.items() for used in names_in(text) & flow.keys()]
    if not edges:
        return list(flow), set()
    import networkx as nx  # a third of a second that most small specs need not spend

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(flow)
    graph.add_edges_from(edges)
    place = {name: k for k, name in enumerate(flow)}
    cyclic: set[str] = set()
    for component in list(nx.strongly_connected_components(graph)):
        first = min(component, key=place.__getitem__)
        if len(component) > 1 or graph.has_edge(first, first):
            _report_cycle(nx.find_cycle(graph.subgraph(component), first), findings)
            cyclic |= component
    graph.remove_nodes_from(cyclic)
    return list(nx.lexicographical_topological_sort(graph, key=place.__getitem__)), cyclic


def _report_cycle(edges: list[tuple[str, str]], findings: Findings) -> None:
    first = edges[0][0]
    names = [edge[0] for edge in edges]
    if len(names) > MOST_SHOWN:
        names = [*names[: MOST_SHOWN - 1], f"{len(names) - MOST_SHOWN} more", names[-1]]
    text = " → ".join([*names, first])
    message = f"these tensors are made from each other: {text}"
    findings.add("GF203", ("flow", first), message, "one of them must come first")


@lru_cache(maxsize=KEPT)
def names_in(text: str) -> frozenset[str]:
    """Every name that wiring mentions; nothing where it cannot be read."""
    try:
        tree = parse_wiring(text)
    except FormulaError:
        return frozenset()
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
