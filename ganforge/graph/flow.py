"""The order of `[flow]`: each tensor after those it names."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Set
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from ganforge.formula.errors import FormulaError
from ganforge.formula.parse import KEPT, parse_wiring
from ganforge.spec.findings import Findings

MOST_SHOWN = 12
"""Tensors of a circle that a message names."""


def flow_order(flow: Mapping[str, str], findings: Findings) -> tuple[list[str], set[str]]:
    """The names in an order that works, and those that are made from each other (GF203)."""
    used = {name: names_in(text) & flow.keys() for name, text in flow.items()}
    try:
        return _in_order(used), set()
    except CycleError:
        cyclic = _cyclic(used, findings)
    return _in_order({n: of - cyclic for n, of in used.items() if n not in cyclic}), cyclic


def _in_order(used: Mapping[str, Set[str]]) -> list[str]:
    """Each name after those it uses, else as they are written. Raises `CycleError`."""
    place, names = {name: k for k, name in enumerate(used)}, list(used)
    sorter = TopologicalSorter(used)
    sorter.prepare()
    order: list[str] = []
    ready: list[int] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, place[name])
        order.append(names[heappop(ready)])
        sorter.done(order[-1])
    return order


def _cyclic(used: Mapping[str, Set[str]], findings: Findings) -> set[str]:
    """The names that are made from each other, after reporting each circle."""
    import networkx as nx  # a third of a second that no sound spec need spend

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(used)
    graph.add_edges_from((before, name) for name, of in used.items() for before in of)
    place = {name: k for k, name in enumerate(used)}
    cyclic: set[str] = set()
    for component in list(nx.strongly_connected_components(graph)):
        first = min(component, key=place.__getitem__)
        if len(component) > 1 or graph.has_edge(first, first):
            _report_cycle(nx.find_cycle(graph.subgraph(component), first), findings)
            cyclic |= component
    return cyclic


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
