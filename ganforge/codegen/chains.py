"""Which modules of a body stand in one `nn.Sequential`: runs where each feeds the next and nothing
else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ganforge.graph.nodes import Body, Composite, Layer, Node


@dataclass(frozen=True)
class Chain:
    """Nodes of one run, in order. `nodes[-1]` is the run's value."""

    nodes: tuple[int, ...]

    @property
    def last(self) -> int:
        return self.nodes[-1]


def has_module(node: Node) -> bool:
    """Whether a node is called through a module of its network."""
    if isinstance(node.operation, Composite):
        return True
    return isinstance(node.operation, Layer) and node.operation.block.module is not None


def takes_numbers(node: Node) -> bool:
    """Whether the module of a node is given live numbers."""
    return isinstance(node.operation, Composite) and bool(node.operation.body.live)


def find_chains(body: Body, apart: Mapping[int, int]) -> list[Chain]:
    """The runs of a body, in order. A module with several inputs, or with live numbers, is a run of
    its own.

    apart: for nodes of layers that stand in no run with others, the number of their layer.
    """
    reached = body.reached
    uses = Counter(i for index in reached for i in body.nodes[index].inputs)
    uses.update(body.outputs.values())
    open_runs: dict[int, list[int]] = {}
    runs: list[list[int]] = []
    for index in sorted(reached):
        node = body.nodes[index]
        if not has_module(node):
            continue
        before = node.inputs[0]
        alone = len(node.inputs) > 1 or takes_numbers(node)
        follows = not alone and uses[before] == 1 and apart.get(before) == apart.get(index)
        run = open_runs.pop(before, None) if follows else None
        if run is None:
            run = []
            runs.append(run)
        run.append(index)
        if not alone:
            open_runs[index] = run
    return [Chain(tuple(run)) for run in runs]
