"""The information-flow graph of attention steps, and whether everything reaches everything."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx

from ganforge_ylg.patterns import head_pattern

Rows = list[list[bool]]
Cell = tuple[int, int]
"""A step, from 0 for the input, and a cell of the grid."""


def information_flow(steps: Sequence[Rows]) -> nx.DiGraph[Cell]:
    """The graph of attention steps: from each cell to those that attend to it one step later.

    Daras et al. 2019, section 3: a directed graph in layers, one more than there are steps.
    """
    graph: nx.DiGraph[Cell] = nx.DiGraph()
    for step, rows in enumerate(steps):
        for i, row in enumerate(rows):
            graph.add_edges_from(((step, j), (step + 1, i)) for j, sees in enumerate(row) if sees)
    return graph


def reached_from(graph: nx.DiGraph[Cell]) -> dict[Cell, int]:
    """For each node the inputs that have a path to it, as the bits of a number."""
    found: dict[Cell, int] = {}
    for step, cell in nx.topological_sort(graph):
        own = 1 << cell if step == 0 else 0
        for before in graph.predecessors((step, cell)):
            own |= found[before]
        found[step, cell] = own
    return found


def has_full_information(steps: Sequence[Rows]) -> bool:
    """Whether every cell of the input has a path to every cell behind the last step."""
    cells = len(steps[0])
    everything = (1 << cells) - 1
    reached = reached_from(information_flow(steps))
    return all(reached.get((len(steps), cell), 0) == everything for cell in range(cells))


def full_information(steps: Sequence[str], direction: str, height: int, width: int) -> bool:
    """Whether the steps of a `ylg-attention` over a grid of keys have full information, in each of
    its directions.
    """
    directions = {"both": (True, False), "right-to-left": (True,), "left-to-right": (False,)}
    return all(
        has_full_information([head_pattern(step, backward, height, width) for step in steps])
        for backward in directions[direction]
    )
