"""The graph as rules of plugins see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

from ganforge.graph.graph import Graph, GraphLoss, Network, Player
from ganforge.graph.nodes import Apply, Body, Bundle, Composite, Layer, NodeShape
from ganforge.plugins.absence import Owner
from ganforge.plugins.kinds import BY_NOUN
from ganforge.plugins.live import Changing
from ganforge.plugins.registry import Registry
from ganforge.plugins.selection import canonical
from ganforge.plugins.shapes import Shape
from ganforge.plugins.view import GraphView, LayerView, LossView, NetworkView, PlayerView

Names = Callable[[Any], tuple[str, str]]
"""The name of a declaration for whoever looks, and the one with its distribution."""


def view_of(
    graph: Graph, registry: Registry | None = None, owner: Owner | None = None
) -> GraphView:
    """A read-only view of a graph that is free of errors.

    registry, owner: for the rules of a plugin, whose own blocks, losses and data sources then have
    their bare names.
    """
    kinds = ("block", "loss", "data source")
    blocks, losses, sources = (_names(registry, owner, kind) for kind in kinds)
    spec = graph.spec
    named = {name: _plain(graph.nodes[index].shape) for name, index in graph.names.items()}
    return GraphView(
        spec.gan.name,
        MappingProxyType(dict(spec.params)),
        sources(spec.data.source)[0] if spec.data else "",
        MappingProxyType(named),
        MappingProxyType({name: _network(n, blocks) for name, n in graph.networks.items()}),
        MappingProxyType({name: _loss(graph, loss, losses) for name, loss in graph.losses.items()}),
        MappingProxyType({player.name: _player(graph, player) for player in graph.players}),
    )


def _names(registry: Registry | None, owner: Owner | None, kind: str) -> Names:
    """What declarations of a kind are called: what the owner gives has its bare name, and nothing
    else has this name.
    """
    names: dict[int, tuple[str, str]] = {}
    own = canonical(owner.distribution) if owner else ""
    known = registry.catalog(BY_NOUN[kind]).full if registry else {}
    for full, item in known.items():
        distribution, _, bare = full.rpartition("/")
        name = full if f"{own}/{bare}" in known else item.name
        names[id(item)] = (bare if distribution == own else name), full
    return lambda item: names.get(id(item), (item.name, ""))


def _network(network: Network, names: Names) -> NetworkView:
    body = network.body
    inputs = {name: _plain(body.nodes[index].shape) for name, index in body.inputs.items()}
    outputs = {name: _plain(body.nodes[index].shape) for name, index in body.outputs.items()}
    return NetworkView(
        network.name,
        MappingProxyType(inputs),
        tuple(_layers(body, names)),
        MappingProxyType(outputs),
        network.table.frozen,
        ("networks", network.name),
    )


def _layers(body: Body, names: Names) -> Iterator[LayerView]:
    reached = body.reached
    for index, node in enumerate(body.nodes):
        if index not in reached:
            continue
        if isinstance(node.operation, Composite):
            yield from _layers(node.operation.body, names)
        elif isinstance(node.operation, Layer | Apply):
            shapes = tuple(_plain(body.nodes[i].shape) for i in node.inputs)
            block, params = node.operation.block, node.operation.params
            name, full_name = names(block)
            yield LayerView(name, params, shapes, _plain(node.shape), node.path, full_name)


def _loss(graph: Graph, loss: GraphLoss, names: Names) -> LossView:
    table = loss.spec.table
    moves = [term.moves for term in graph.terms if term.loss == loss.name]
    tensors = {name: _plain(graph.nodes[index].shape) for name, index in loss.tensors.items()}
    return LossView(
        loss.name,
        names(loss.spec.declaration)[0],
        str(table.weight) if isinstance(table.weight, Changing) else table.weight,
        table.every,
        loss.spec.params,
        MappingProxyType(tensors),
        frozenset().union(*moves),
        ("losses", loss.name),
        MappingProxyType(dict(loss.spec.networks)),
    )


def _player(graph: Graph, player: Player) -> PlayerView:
    train = graph.spec.train
    own = train.players.get(player.name)
    optimizer = graph.spec.optimizer(player.name)
    values = {name: _written(getattr(optimizer, name)) for name in type(optimizer).model_fields}
    losses = tuple(dict.fromkeys(term.loss for term in player.terms))
    batch = (own.batch if own else None) or train.batch
    return PlayerView(player.name, player.networks, losses, batch, MappingProxyType(values))


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_written(inner) for inner in value)
    return str(value) if isinstance(value, Changing) else value


def _plain(shape: NodeShape) -> Shape:
    """The shape; unknown for what has several named outputs, which stand by their own."""
    return None if isinstance(shape, Bundle) else shape
