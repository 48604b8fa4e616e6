"""The layers of a network as they are compared."""

from __future__ import annotations

from dataclasses import dataclass, field

from ganforge.document import Path
from ganforge.graph.nodes import (
    Apply,
    Arithmetic,
    Body,
    Composite,
    Item,
    Layer,
    Node,
    Number,
    Source,
)
from ganforge.graph.weights import own_weights
from ganforge.show.describe import given
from ganforge.show.layers import operation_text, shown_nodes

_ARITHMETIC = {"+": "sum", "-": "difference", "*": "product", "/": "quotient"}


@dataclass(frozen=True)
class Row:
    """A layer.

    block: what kind of layer it is. text: the layer with its parameters.
    takes: its inputs: the number of a row, or the name of an input of the network.
    started: how its weights start and are parametrised.
    path: where the layer was written; the turns of a loop have one.
    body: the layers of a composite block.
    """

    block: str
    text: str
    name: str | None
    takes: tuple[int | str, ...]
    shape: str
    weights: int | None
    started: str
    path: Path = field(compare=False)
    body: Body | None = field(compare=False)


def rows_of(body: Body) -> list[Row]:
    """The layers of a body in order; those of composite blocks stand in their rows."""
    rows: list[Row] = []
    places: dict[int, int | str] = {}
    for index in shown_nodes(body):
        node = body.nodes[index]
        operation = node.operation
        places[index] = len(rows)
        rows.append(
            Row(
                _block(node),
                _text(body, node),
                node.name,
                tuple(places[i] if i in places else _outside(body.nodes[i]) for i in node.inputs),
                str(node.shape),
                own_weights(body, node),
                _started(operation) if isinstance(operation, Layer) else "",
                node.path,
                operation.body if isinstance(operation, Composite) else None,
            )
        )
    return rows


def _block(node: Node) -> str:
    operation = node.operation
    if isinstance(operation, Layer | Apply):
        return operation.block.name
    return operation.name if isinstance(operation, Composite) else type(operation).__name__


def _text(body: Body, node: Node) -> str:
    text = operation_text(body, node)
    operation = node.operation
    if isinstance(operation, Arithmetic):  # a line that begins with a sign would seem a change
        return _ARITHMETIC[operation.operator] if len(node.inputs) > 1 else "negative"
    if isinstance(operation, Item):
        return f"element {operation.index}"
    if isinstance(operation, Apply) or (
        isinstance(operation, Layer) and operation.block.module is None
    ):
        pairs = ", ".join(f"{key}={value}" for key, value in given(operation.params).items())
        return f"{text}({pairs})"
    return text


def _outside(node: Node) -> str:
    if isinstance(node.operation, Source):
        return node.operation.name
    return str(node.operation.value) if isinstance(node.operation, Number) else "?"


def _started(layer: Layer) -> str:
    if not layer.owns_weights:
        return ""
    parts = []
    if layer.initializer is not None:
        parts.append(_called(layer.initializer.init.name, given(layer.initializer.params)))
    if layer.parametrizer is not None:
        name = layer.parametrizer.parametrization.name
        parts.append(_called(name, given(layer.parametrizer.params)))
    return ", ".join(parts) or "as PyTorch starts them"


def _called(name: str, params: dict[str, object]) -> str:
    pairs = ", ".join(f"{key} = {value}" for key, value in params.items())
    return f"{name} ({pairs})" if pairs else name
