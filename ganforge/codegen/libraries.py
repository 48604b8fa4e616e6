"""What of others a program needs, since the parts that it is made of require it: libraries, and
weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Apply, Layer, Operation
from ganforge.plugins.declarations import Block, DataSource, Init, Loss, Parametrization

Part = Block | Loss | Init | Parametrization | DataSource


def libraries(graph: Graph, sources: Iterable[DataSource]) -> frozenset[str]:
    """What the parts of a program require, and no other part of a plugin."""
    parts: list[Part] = [*_parts(graph), *sources]
    return frozenset(name for part in parts for name in part.requires)


def pretrained(graph: Graph) -> dict[str, str]:
    """By network, the file that weights which are not trained here are read from; empty where they
    are random.
    """
    return {
        name: operation.block.pretrained(operation.params)
        for name, network in graph.networks.items()
        for operation in network.body.operations()
        if isinstance(operation, Layer) and operation.block.pretrained is not None
    }


def _parts(graph: Graph) -> Iterator[Part]:
    for node in graph.nodes:
        yield from _of(node.operation)
    for network in graph.networks.values():
        for operation in network.body.operations():
            yield from _of(operation)
    for loss in graph.losses.values():
        yield loss.spec.declaration


def _of(operation: Operation) -> Iterator[Part]:
    if isinstance(operation, Layer | Apply):
        yield operation.block
    if isinstance(operation, Layer) and operation.initializer is not None:
        yield operation.initializer.init
    if isinstance(operation, Layer) and operation.parametrizer is not None:
        yield operation.parametrizer.parametrization
