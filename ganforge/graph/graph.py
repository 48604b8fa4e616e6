"""The Graph form: every value of a spec as a node, a shape on each, and what each loss moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ganforge.graph.nodes import Body, NetworkCall, Node, upstream
from ganforge.graph.passage import Passage, passages
from ganforge.plugins.calls import Call
from ganforge.plugins.declarations import Term
from ganforge.plugins.shapes import Shape
from ganforge.spec.models import LossSpec, NetworkTable, Spec

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Network:
    """A network: its class (its own, or that of the network it is `like`), inputs and layers."""

    name: str
    like: str
    table: NetworkTable
    shapes: tuple[Shape, ...]
    body: Body

    @cached_property
    def has_weights(self) -> bool:
        """Whether some layer that an output is made from has weights that training moves."""
        return any(layer.learns for layer in self.body.layers())

    @cached_property
    def passages(self) -> Mapping[str, Passage]:
        """By output, what its gradient moves inside and which inputs it reaches."""
        return passages(self.body)


@dataclass(frozen=True, slots=True)
class Part:
    """A network, or its layers of one id, named for their weights."""

    network: str
    layer: str = ""


@dataclass(frozen=True)
class GraphLoss:
    """A loss with its tensors as nodes, and what it names for its weights, by key."""

    name: str
    spec: LossSpec
    tensors: Mapping[str, int]
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    left_out: tuple[Part, ...] = ()

    @property
    def all_parts(self) -> tuple[Part, ...]:
        """Everything that it names for its weights."""
        return (*(part for parts in self.parts.values() for part in parts), *self.left_out)

    @property
    def has_sides(self) -> bool:
        """Whether it scores real and generated samples."""
        return {"real", "fake"} <= self.tensors.keys()


@dataclass(frozen=True)
class MovingTerm:
    """A term of a loss, the node of each tensor that its call names, and the networks it moves.

    parts: by key, the networks and layers whose weights its call names.
    """

    loss: str
    term: Term
    given: Mapping[str, int]
    moves: frozenset[str]
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)

    @property
    def tensors(self) -> tuple[int, ...]:
        """The nodes it is made from."""
        return tuple(self.given.values())

    @property
    def figure(self) -> str:
        """What a log calls its curve: the loss, and whose side of it where there are several."""
        sided = self.term.side != "all" and bool({"real", "fake"} & self.given.keys())
        return f"{self.loss}.{self.term.side}" if sided else self.loss

    @property
    def named(self) -> frozenset[str]:
        """The networks whose weights it is made from."""
        return frozenset(part.network for parts in self.parts.values() for part in parts)


@dataclass(frozen=True)
class Player:
    """Networks with one optimiser, and the terms they minimise."""

    name: str
    networks: tuple[str, ...]
    terms: tuple[MovingTerm, ...]


@dataclass(frozen=True)
class Graph:
    """Everything that is computed outside of networks, and the networks."""

    spec: Spec
    nodes: tuple[Node, ...] = ()
    names: Mapping[str, int] = field(default_factory=dict)
    networks: Mapping[str, Network] = field(default_factory=dict)
    losses: Mapping[str, GraphLoss] = field(default_factory=dict)
    samples: tuple[int, ...] = ()
    terms: tuple[MovingTerm, ...] = ()
    players: tuple[Player, ...] = ()
    monitored: Mapping[str, Part] = field(default_factory=dict)
    """By the name in the spec, the networks and layers whose singular values are watched."""
    stages: tuple[Graph, ...] = ()
    """One for each stage of training, where there are any; then this one is the whole."""

    @cached_property
    def digraph(self) -> nx.DiGraph[str]:
        """Values, networks and losses as a networkx graph; edges carry the shape that flows."""
        from ganforge.graph.picture import to_digraph

        return to_digraph(self)

    def every(self, term: MovingTerm) -> int:
        """At each which step of its player a term is computed."""
        return self.losses[term.loss].spec.table.every

    def reports(self, term: MovingTerm) -> dict[str, str]:
        """What the log has beside a term's own figure: by its name, the buffer of the loss's
        module. It stands beside the last of the loss's terms in a round.
        """
        terms = [t for player in self.players for t in player.terms if t.loss == term.loss]
        reports = self.losses[term.loss].spec.declaration.reports
        return {f"{term.loss}.{name}": name for name in reports} if term is terms[-1] else {}

    def measured(self, term: MovingTerm) -> dict[str, Call]:
        """What the log has of a term's tensors where a live number follows it: by its name, the
        call that computes it. The critic's term has it, where a loss has sides.
        """
        figures = self.losses[term.loss].spec.declaration.figures
        own = term.term.side != "generator"
        return {f"{term.loss}.{name}": call for name, call in figures.items() if own}

    def figures(self) -> list[str]:
        """The losses of a round as the log calls them, with what they report or may report."""
        figures = [term.figure for term in self.terms]
        for name in dict.fromkeys(term.loss for term in self.terms):
            reports = self.losses[name].spec.declaration.reports
            figures += [f"{name}.{report}" for report in reports]
        for term in self.terms:
            figures += self.measured(term)
        return list(dict.fromkeys(figures))

    def called(self, roots: Iterable[int]) -> set[str]:
        """The networks that are called somewhere upstream of these nodes."""
        operations = (self.nodes[i].operation for i in upstream(self.nodes, roots))
        return {op.network for op in operations if isinstance(op, NetworkCall)}

    def named_layers(self, like: str) -> set[str]:
        """The ids of layers that something names, in networks of one architecture."""
        named = [p for loss in self.losses.values() for p in loss.all_parts]
        named += self.monitored.values()
        return {p.layer for p in named if p.layer and self.networks[p.network].like == like}

    def judged(self, score: int) -> tuple[int, ...]:
        """What the outermost call of a network in a score is given; nothing without a call."""
        node = self.nodes[score]
        while not isinstance(node.operation, NetworkCall) and node.inputs:
            node = self.nodes[node.inputs[0]]
        return node.inputs

    def trainable(self) -> list[str]:
        """The networks that can learn here: with weights, not frozen, and trained in the stage."""
        stage = self.spec.stage
        trained = None if stage is None else stage.table.train
        return [name for name in self.learnable() if trained is None or name in trained]

    def learnable(self) -> list[str]:
        """The networks that can learn in some stage: with weights, and not frozen."""
        return [
            name
            for name, network in self.networks.items()
            if network.has_weights and not network.table.frozen
        ]
