"""Replays: the critic's step of a loss with a history judges what the loss's module gives back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import (
    Bundle,
    Item,
    NetworkCall,
    Node,
    NodeShape,
    Number,
    Operation,
    Pack,
    Replay,
    Source,
    upstream,
)
from ganforge.graph.passes.gradients import outermost_critic
from ganforge.plugins.shapes import Shape, Tensor, TensorList
from ganforge.spec.findings import Findings


def add_replays(graph: Graph, findings: Findings) -> Graph:
    """The graph in which every term that replays a score has that score of other samples.

    What moves the generator's side stays as it is.
    """
    terms = []
    for term in graph.terms:
        for name in term.term.replays:
            critic = outermost_critic(graph, graph.losses[term.loss], findings)
            rewiring = _Rewiring(graph, term.loss)
            index = rewiring.replay(term.given[name], critic)
            graph, term = rewiring.result(), replace(term, given={**term.given, name: index})
        terms.append(term)
    return replace(graph, terms=tuple(terms))


class _Rewiring:
    """New nodes after those of a graph, for one score of a loss."""

    def __init__(self, graph: Graph, loss: str) -> None:
        self.graph, self.loss = graph, loss
        self.nodes, self.names = list(graph.nodes), dict(graph.names)
        self.new: dict[int, int] = {}

    def result(self) -> Graph:
        return replace(self.graph, nodes=tuple(self.nodes), names=self.names)

    def replay(self, root: int, critic: frozenset[str]) -> int:
        """The same score, where what the critic is given has gone through the loss's module."""
        lists: dict[int, list[int]] = {}
        stored = [k for i in self._judged(root, critic) for k in self._samples(i, lists)]
        shapes = [_shape(self.nodes[i]) for i in stored]
        given = (self._chance(), *stored)
        name, several = f"{self.loss}_replayed", len(stored) > 1
        shape = TensorList(tuple(shapes))
        replayed = self._add(Replay(self.loss), given, shape, name if several else None)
        for k, (index, item) in enumerate(zip(stored, shapes, strict=True)):
            self.new[index] = self._add(Item(k), (replayed,), item, None if several else name)
        for index, items in reversed(lists.items()):
            packed = [self.new[i] for i in items]
            self.new[index] = self._add(Pack(), packed, self.nodes[index].shape)
        for index in sorted(upstream(self.graph.nodes, (root,))):
            node = self.graph.nodes[index]
            if index not in self.new and any(i in self.new for i in node.inputs):
                inputs = tuple(self.new.get(i, i) for i in node.inputs)
                self.nodes.append(node._replace(inputs=inputs, name=None))
                self.new[index] = len(self.nodes) - 1
        return self.new[root]

    def _judged(self, root: int, critic: frozenset[str]) -> list[int]:
        """The arguments of the critic's calls that no call of the critic has made."""
        made: set[int] = set()
        judged: dict[int, None] = {}
        for index in sorted(upstream(self.graph.nodes, (root,))):
            node = self.graph.nodes[index]
            call = isinstance(node.operation, NetworkCall) and node.operation.network in critic
            if call:
                judged |= dict.fromkeys(i for i in node.inputs if i not in made)
            if call or any(i in made for i in node.inputs):
                made.add(index)
        return [i for i in judged if not isinstance(self.graph.nodes[i].operation, Number)]

    def _samples(self, index: int, lists: dict[int, list[int]]) -> list[int]:
        """A value as single tensors; `lists` notes what a list was made of."""
        shape = _shape(self.nodes[index])
        if not isinstance(shape, TensorList):
            return [index]
        lists[index] = [self._add(Item(k), (index,), s) for k, s in enumerate(shape.items)]
        return [k for item in lists[index] for k in self._samples(item, lists)]

    def _chance(self) -> int:
        """Two uniform numbers per sample, under a name that nothing else has."""
        name = f"{self.loss}_chance"
        while name in self.names or name in self.graph.spec.networks:
            name += "_"
        self.names[name] = self._add(Source(name, "random"), (), Tensor((2,)), name)
        return self.names[name]

    def _add(
        self, operation: Operation, inputs: Iterable[int], shape: NodeShape, name: str | None = None
    ) -> int:
        self.nodes.append(Node(operation, tuple(inputs), shape, ("losses", self.loss), name))
        return len(self.nodes) - 1


def _shape(node: Node) -> Shape:
    """The shape of a network's argument, which is no bundle of outputs."""
    return None if isinstance(node.shape, Bundle) else node.shape
