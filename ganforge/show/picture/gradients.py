"""Where the gradient of a term flows back, and where it is cut, as pairs of nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ganforge.graph.graph import Graph, MovingTerm
from ganforge.graph.nodes import NetworkCall, Replay, upstream
from ganforge.graph.passage import cuts
from ganforge.graph.passes.gradients import carrying_gradient

LOSS = -1  # the loss itself, as the taker of its tensors


@dataclass(frozen=True)
class Backward:
    """Pairs of a value and what takes it: those that a gradient passes, and those that stop it.

    called: the networks that the gradient passes, moved or not.
    """

    passed: frozenset[tuple[int, int]]
    stopped: dict[tuple[int, int], str]
    called: frozenset[str]


def backward(graph: Graph, term: MovingTerm, networks: Collection[str]) -> Backward:
    """The way of a term's gradient to some of the networks that it moves."""
    carrying = carrying_gradient(graph.nodes, networks)
    leaves = {term.given[name] for name in term.term.differentiates if not term.term.moves_makers}
    passed: set[tuple[int, int]] = set()
    stopped: dict[tuple[int, int], str] = {}
    called: set[str] = set()
    stack = [(root, LOSS) for root in term.tensors]
    while stack:
        pair = stack.pop()
        index = pair[0]
        if pair in passed or pair in stopped or (index in leaves and pair[1] == LOSS):
            continue
        if index not in carrying or index in leaves:
            why = _why(graph, index, networks) if index not in leaves else _ends(graph, index)
            if why:
                stopped[pair] = why
            continue
        passed.add(pair)
        operation = graph.nodes[index].operation
        if isinstance(operation, NetworkCall):
            called.add(operation.network)
        stack.extend((k, index) for k in graph.nodes[index].inputs)
    return Backward(frozenset(passed), stopped, frozenset(called))


def _why(graph: Graph, index: int, networks: Collection[str]) -> str:
    """Why no gradient passes a value; nothing where there is no network before it."""
    behind = upstream(graph.nodes, (index,))
    called = graph.called((index,))
    if called & set(networks):
        kinds = {type(graph.nodes[i].operation) for i in behind if cuts(graph.nodes[i])}
        return "replayed samples have no gradient" if kinds == {Replay} else "cut by detach"
    trainable = called & set(graph.trainable())
    if trainable:
        return f"{_listed(sorted(trainable))} not moved here"
    frozen = [name for name in sorted(called) if graph.networks[name].table.frozen]
    return f"{_listed(frozen)} frozen" if frozen else ""


def _ends(graph: Graph, index: int) -> str:
    """Why a gradient ends at what its loss differentiates by; nothing before data."""
    return "the loss differentiates by it" if graph.called((index,)) else ""


def _listed(names: Iterable[str]) -> str:
    text = list(names)
    return f"{', '.join(text)} {'is' if len(text) == 1 else 'are'}"
