"""Values as a reader of the spec would write them: `D(concat(x, y))`, `3 × 64 × 64`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ganforge.graph.nodes import (
    Apply,
    Arithmetic,
    Bundle,
    Composite,
    Item,
    Layer,
    NetworkCall,
    Node,
    NodeShape,
    Number,
    Output,
    Pack,
    Replay,
    Source,
)
from ganforge.plugins.params import Params
from ganforge.show.describe import given

Reference = Callable[[int], str | None]
DEPTH = 6  # what is nested deeper is left out
_NOT_SHOWN = ("out", "norm", "act", "bias", "init", "weights")


def shape_text(shape: NodeShape) -> str:
    """A shape with signs of multiplication; of several outputs their names."""
    text = str(shape) if shape is not None else "?"
    return text if isinstance(shape, Bundle) else text.replace(" x ", " × ")


def expression(nodes: Sequence[Node], index: int, reference: Reference, depth: int = DEPTH) -> str:
    """A value as wiring. `reference` gives the name of a value that shall not be spelt out."""
    if depth == 0:
        return "…"
    node = nodes[index]

    def part(k: int) -> str:
        return reference(k) or expression(nodes, k, reference, depth - 1)

    match node.operation:
        case NetworkCall(name) | Composite(name):
            return f"{name}({', '.join(map(part, node.inputs))})"
        case Apply(block) | Layer(block):
            return f"{block.name.replace('-', '_')}({', '.join(map(part, node.inputs))})"
        case Arithmetic(operator) if len(node.inputs) == 1:
            return f"{operator}{part(node.inputs[0])}"
        case Arithmetic(operator):
            return f" {operator} ".join(map(part, node.inputs))
        case Item() if isinstance(nodes[node.inputs[0]].operation, Replay):
            return f"replayed {part(_stored(nodes, node))}"
        case Item(k):
            return f"{part(node.inputs[0])}[{k}]"
        case Output(name):
            return f"{part(node.inputs[0])}.{name}"
        case Pack():
            return f"[{', '.join(map(part, node.inputs))}]"
    return simple(node)


def _stored(nodes: Sequence[Node], item: Node) -> int:
    """What a replayed sample is a sample of; the first input of a replay is chance."""
    assert isinstance(item.operation, Item)
    return nodes[item.inputs[0]].inputs[1 + item.operation.index]


def simple(node: Node) -> str:
    """A value that is made of no other, or the name of its operation."""
    match node.operation:
        case Source(name):
            return name
        case Number(value):
            return f"{value:g}" if isinstance(value, int | float) else str(value)
        case Replay():
            return "replay"
    return type(node.operation).__name__.lower()


def told(params: Params) -> str:
    """The parameters of a layer that are not as usual, without those shown elsewhere."""
    return pairs({k: v for k, v in given(params).items() if k not in _NOT_SHOWN})


def pairs(values: Mapping[str, Any]) -> str:
    """`kernel 4, stride 2`."""
    return ", ".join(f"{key.replace('_', ' ')} {_written(value)}" for key, value in values.items())


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return f"({pairs(value)})"
    if isinstance(value, list):
        return " × ".join(map(_written, value)) if value else "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
