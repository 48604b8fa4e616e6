"""Which values stand at one place of the picture: calls of a network, and what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import (
    Apply,
    Arithmetic,
    Item,
    NetworkCall,
    Node,
    Number,
    Output,
    Pack,
    Replay,
    Source,
)
from ganforge.graph.passage import cuts


def place_of_nodes(graph: Graph) -> list[str]:
    """For every node the id of its box; empty for numbers, which belong to what takes them.

    Calls of one network are one box, unless one is made from another's result, as in a cycle:
    then those that are equally far along it are. A function that only another function takes, and
    that has no name, belongs to that one.
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
    taken = {i for loss in graph.losses.values() for i in loss.tensors.values()}
    for index in reversed(range(len(graph.nodes))):
        users = consumers.get(index, [])
        if len(users) == 1 and index not in taken and _belongs(graph.nodes, index, users[0]):
            places[index] = places[users[0]]
    return places


def _belongs(nodes: Sequence[Node], index: int, user: int) -> bool:
    """Whether a value is a step on the way to the only function that takes it."""
    node, taker = nodes[index], nodes[user].operation
    if isinstance(node.operation, Source):
        return node.operation.role == "random" and isinstance(taker, Apply | Replay)
    steps = isinstance(node.operation, Apply | Arithmetic | Pack) and node.name is None
    return steps and not cuts(node) and isinstance(taker, Apply | Arithmetic | Pack)


def _consumers(nodes: Sequence[Node]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index, node in enumerate(nodes):
        for k in node.inputs:
            found.setdefault(k, []).append(index)
    return found


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
