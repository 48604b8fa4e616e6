"""Which values stand at one place of the picture: calls of a network, and what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Apply, Item, NetworkCall, Node, Number, Output, Replay, Source


def place_of_nodes(graph: Graph) -> list[str]:
    """For every node the id of its box; empty for numbers, which belong to what takes them.

    Calls of one network are one box, unless one is made from another's result, as in a cycle:
    then those that are equally far along it are.
    """
    consumers = _consumers(graph.nodes)
    depths = _depths(graph)
    places: list[str] = []
    for index, node in enumerate(graph.nodes):
        operation = node.operation
        if isinstance(operation, NetworkCall):
            depth = depths.get(index)
            places.append(f"net:{operation.network}{f':{depth}' if depth else ''}")
        elif isinstance(operation, Output | Item):
            places.append(places[node.inputs[0]])
        else:
            places.append("" if isinstance(operation, Number) else f"n{index}")
    for index in range(len(graph.nodes)):
        if is_own_chance(graph.nodes, index, consumers):
            places[index] = places[consumers[index][0]]
    return places


def _consumers(nodes: Sequence[Node]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index, node in enumerate(nodes):
        for k in node.inputs:
            found.setdefault(k, []).append(index)
    return found


def is_own_chance(nodes: Sequence[Node], index: int, consumers: Mapping[int, list[int]]) -> bool:
    """Whether a node is the random numbers of one function, or of a loss's replay."""
    operation, users = nodes[index].operation, consumers.get(index, [])
    random = isinstance(operation, Source) and operation.role == "random"
    return random and len(users) == 1 and isinstance(nodes[users[0]].operation, Apply | Replay)


def _depths(graph: Graph) -> dict[int, int]:
    """For each call of a network that depends on itself, how many such calls lead up to it."""
    circular = _circular(graph)
    found: dict[int, int] = {}
    upto: list[Mapping[int, int]] = []
    for index, node in enumerate(graph.nodes):
        merged: dict[int, int] = {}
        for k in node.inputs:
            for circle, depth in upto[k].items():
                merged[circle] = max(depth, merged.get(circle, 0))
        operation = node.operation
        if isinstance(operation, NetworkCall) and operation.network in circular:
            circle = circular[operation.network]
            found[index] = merged[circle] = merged.get(circle, 0) + 1
        upto.append(merged)
    return found


def _circular(graph: Graph) -> dict[str, int]:
    """The networks on a circle, if all calls of a network were one: each with its circle."""
    merged: nx.DiGraph[str] = nx.DiGraph()
    names = [
        node.operation.network if isinstance(node.operation, NetworkCall) else f"#{index}"
        for index, node in enumerate(graph.nodes)
    ]
    for index, node in enumerate(graph.nodes):
        merged.add_edges_from((names[k], names[index]) for k in node.inputs)
    circles = enumerate(nx.strongly_connected_components(merged))
    return {
        name: number
        for number, circle in circles
        for name in circle
        if name in graph.networks and (len(circle) > 1 or merged.has_edge(name, name))
    }
