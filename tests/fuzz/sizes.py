"""How much work a round of a spec is, told from shapes alone."""

from __future__ import annotations

from collections.abc import Iterator

from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Body, Composite, Node
from ganforge.graph.weights import own_weights
from ganforge.plugins.shapes import Tensor

PRODUCTS = 500_000_000
"""Of one pass of a batch through all networks: a processor takes about a tenth of a second."""
VALUES = 10_000_000
SIDE = 64


def light(graph: Graph) -> bool:
    """Whether the memory and time of a round are certain to be small on a processor.

    There a small round takes a tenth of its time on the meta device, on which each operation
    costs about a millisecond.
    """
    batch = max(_batches(graph))
    products = values = sum(_values(node) for node in graph.nodes)
    for network in graph.networks.values():
        bodies = list(_bodies(network.body))
        for body in bodies:
            for node in body.nodes:
                count = own_weights(body, node)
                shape = node.shape.shape if isinstance(node.shape, Tensor) else ()
                if count is None or max(shape[1:], default=0) > SIDE:
                    return False
                values += _values(node) + count
                products += count * _places(shape)
    return batch * products <= PRODUCTS and batch * values <= VALUES


def _batches(graph: Graph) -> Iterator[int]:
    for stage in graph.stages or [graph]:
        train = stage.spec.train
        yield train.batch
        yield from (table.batch or 0 for table in train.players.values())


def _bodies(body: Body) -> Iterator[Body]:
    """The body, and that of each composite block as often as it stands in it."""
    stack = [body]
    while stack:
        current = stack.pop()
        yield current
        inner = (node.operation for node in current.nodes)
        stack.extend(op.body for op in inner if isinstance(op, Composite))


def _values(node: Node) -> int:
    if not isinstance(node.shape, Tensor):
        return 0
    found = 1
    for size in node.shape.shape:
        found *= size
    return found


def _places(shape: tuple[int, ...]) -> int:
    return shape[1] * shape[2] if len(shape) == 3 else 1
