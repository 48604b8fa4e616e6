"""The boxes and edges of the whole, and which pair of values each edge stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ganforge.graph.graph import Graph, GraphLoss, MovingTerm
from ganforge.graph.nodes import (
    Apply,
    Arithmetic,
    Item,
    NetworkCall,
    Node,
    Number,
    Pack,
    Replay,
    Source,
)
from ganforge.show.picture.boxes import place_of_nodes
from ganforge.show.picture.model import Box, Edge
from ganforge.show.picture.wording import expression, shape_text, simple, told
from ganforge.spec.models import ImageField

WEIGHTS = -1  # in place of a node: what a loss over weights is given


class Drawn:
    """The boxes and edges of a graph. `taken` gives the edges by which a value is taken from
    another one, `given` those by which a loss is given a value, and `weighed` those by which it is
    given the weights of a network.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.places = place_of_nodes(graph)
        self.boxes: dict[str, Box] = {}
        self.edges: dict[tuple[int, str, str], Edge] = {}
        self.taken: dict[tuple[int, int], list[str]] = {}
        self.given: dict[tuple[int, str, str], str] = {}
        self.weighed: dict[tuple[str, str], str] = {}
        for index, node in enumerate(graph.nodes):
            self._box(index, node)
        for index, node in enumerate(graph.nodes):
            for position, k in enumerate(node.inputs):
                self._take(k, index, self._port(node, position))
        for loss in graph.losses.values():
            self._loss(loss)

    def write(self, index: int) -> str:
        """A value by its name, else as wiring."""
        name = self._name(index)
        return name or expression(self.graph.nodes, index, self._name)

    def _name(self, index: int) -> str | None:
        node = self.graph.nodes[index]
        return None if isinstance(node.operation, Item) else node.name

    def active(self, nodes: Iterable[int], terms: Iterable[MovingTerm]) -> list[str]:
        """The boxes in which these nodes are, and whose weights terms take, in the order of all."""
        places = {self.places[i] for i in nodes}
        named = {network for term in terms for network in term.named}
        return [key for key, box in self.boxes.items() if key in places or box.network in named]

    def weighing(self, term: MovingTerm) -> dict[str, str]:
        """The edges by which a term is given weights, by network."""
        return {network: self.weighed[network, term.loss] for network in term.named}

    def _box(self, index: int, node: Node) -> None:
        place = self.places[index]
        operation = node.operation
        if isinstance(operation, NetworkCall):
            network = operation.network
            known = self.boxes.get(place)
            calls = (*(known.calls if known else ()), self._call(index))
            self.boxes[place] = Box(place, "network", network, network=network, calls=calls)
        elif place == f"n{index}":
            self.boxes[place] = self._source_or_function(index, node)

    def _call(self, index: int) -> str:
        called = expression(self.graph.nodes, index, self._name)
        name = self.graph.nodes[index].name
        return f"{name} = {called}" if name else called

    def _source_or_function(self, index: int, node: Node) -> Box:
        place, shape = self.places[index], shape_text(node.shape)
        match node.operation:
            case Source(name, role):
                note = self._about_source(name, role)
                return Box(place, "source", name, role=role, shape=shape, note=note)
            case Apply(_, params) if any(self._is_spelt_out(k, place) for k in node.inputs):
                title = expression(self.graph.nodes, index, self._name)
                return Box(place, "function", title, shape=shape, note=told(params))
            case Apply(block, params):
                return Box(place, "function", block.name, shape=shape, note=told(params))
            case Arithmetic():
                title = expression(self.graph.nodes, index, self._name)
                return Box(place, "function", title, shape=shape)
            case Replay(loss):
                return Box(place, "function", "replay", note=f"older samples, for {loss}")
            case Pack():
                return Box(place, "function", "list", shape=shape)
        return Box(place, "function", simple(node), shape=shape)

    def _is_spelt_out(self, index: int, place: str) -> bool:
        """Whether a function is shown with this argument: a number, or another function."""
        operation = self.graph.nodes[index].operation
        own = self.places[index] == place and not isinstance(operation, Source)
        return own or isinstance(operation, Number)

    def _about_source(self, name: str, role: str) -> str:
        spec = self.graph.spec
        if role == "latent" and name in spec.latents:
            return str(spec.latents[name].distribution)
        if role == "condition" and name in spec.conditions:
            return f"drawn: {spec.conditions[name].draw}"
        if role == "field" and spec.data is not None:
            field = spec.data.fields.get(name)
            if isinstance(field, ImageField):
                return f"{field.range[0]:g} … {field.range[1]:g}".replace("-", "−")
        return ""

    def _port(self, node: Node, position: int) -> str:
        """Which input of a network a value is; nothing where the network has but one."""
        if not isinstance(node.operation, NetworkCall):
            return ""
        inputs = list(self.graph.networks[node.operation.network].body.inputs)
        return inputs[position] if len(inputs) > 1 and position < len(inputs) else ""

    def _take(self, k: int, index: int, port: str) -> None:
        source, target = self.places[k], self.places[index]
        if source and source != target:
            edge = self._edge(k, target, port)
            edges = self.taken.setdefault((k, index), [])
            if edge not in edges:
                edges.append(edge)

    def _edge(self, k: int, target: str, port: str) -> str:
        key = (k, target, port)
        if key not in self.edges:
            shape = shape_text(self.graph.nodes[k].shape)
            number = f"e{len(self.edges)}"
            self.edges[key] = Edge(number, self.places[k], target, self.write(k), shape, port)
        return self.edges[key].id

    def _loss(self, loss: GraphLoss) -> None:
        place = loss_place(loss.name)
        self.boxes[place] = Box(place, "loss", loss.name, note=_kind(loss))
        for tensor, k in self._tensors(loss):
            if self.places[k]:
                self.given[k, loss.name, tensor] = self._edge(k, place, tensor)
        for network in {part.network: part for parts in loss.parts.values() for part in parts}:
            box = next(box.id for box in self.boxes.values() if box.network == network)
            edge = Edge(f"e{len(self.edges)}", box, place, "weights", "", network)
            self.edges[WEIGHTS, place, network] = edge
            self.weighed[network, loss.name] = edge.id

    def _tensors(self, loss: GraphLoss) -> Iterator[tuple[str, int]]:
        """What a loss is given, in some term or by its tables."""
        pairs = list(loss.tensors.items())
        for term in self.graph.terms:
            if term.loss == loss.name:
                pairs.extend(term.given.items())
        yield from dict.fromkeys(pairs)


def _kind(loss: GraphLoss) -> str:
    """The kind of a loss and its objective, if it has one; not its name again."""
    kind, objective = loss.spec.table.kind, getattr(loss.spec.params, "objective", None)
    said = [kind if kind != loss.name else "", objective if isinstance(objective, str) else ""]
    return ", ".join(filter(None, said)) or kind


def loss_place(loss: str) -> str:
    """The id of a loss's box."""
    return f"loss:{loss}"
