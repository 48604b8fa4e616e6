"""The layers of a network as rows: what each is, what it takes, its shape and its weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ganforge.codegen.expressions import literal, write_call
from ganforge.codegen.names import Imports, Namespace
from ganforge.graph.nodes import (
    Apply,
    Arithmetic,
    Body,
    ByLevel,
    Composite,
    Item,
    Layer,
    Node,
    Number,
    Output,
    Pack,
    Source,
)
from ganforge.graph.weights import own_weights, shapes_of, weights_by_body
from ganforge.plugins.live import Changing
from ganforge.plugins.params import Params


@dataclass(frozen=True)
class Row:
    """One layer. `takes` is empty where it is the row before; `weights` is None where unknown."""

    number: str
    layer: str
    takes: str
    output: str
    weights: int | None


def layers_of(body: Body) -> list[Row]:
    """The layers of a network in order, those of composite blocks below theirs."""
    counts = weights_by_body(body)
    rows: list[Row] = []
    stack = [(body, "", shown_nodes(body))]
    while stack:
        current, prefix, waiting = stack[-1]
        index = next(waiting, None)
        if index is None:
            stack.pop()
            continue
        node = current.nodes[index]
        number = f"{prefix}{index}"
        takes = _takes(current, index, prefix)
        weights = own_weights(current, node, counts)
        rows.append(Row(number, _layer(current, node), takes, str(node.shape), weights))
        if isinstance(node.operation, Composite):
            inner = node.operation.body
            stack.append((inner, f"{number}.", shown_nodes(inner)))
    return rows


def shown_nodes(body: Body) -> Iterator[int]:
    """The nodes of a body that are layers: reached by an output, and no inputs or numbers."""
    reached = body.reached()
    for index, node in enumerate(body.nodes):
        if index in reached and not isinstance(node.operation, Source | Number):
            yield index


def _layer(body: Body, node: Node) -> str:
    text = operation_text(body, node)
    if isinstance(node.operation, Layer) and node.operation.block.augments:
        text = f"{text}({_given(node.operation.params)})"
    return f"{node.name} = {text}" if node.name else text


def _given(params: Params) -> str:
    """The parameters of a layer that are written."""
    values = {name: getattr(params, name) for name in sorted(params.model_fields_set)}
    shown = {k: v if isinstance(v, Changing) else literal(v) for k, v in values.items()}
    return ", ".join(f"{name}={value}" for name, value in shown.items())


def operation_text(body: Body, node: Node) -> str:
    """What a node does, as its module is written; a function without its parameters."""
    match node.operation:
        case Layer(block, params) if block.module is not None:
            made = block.module(params, *shapes_of(body, node))
            return write_call(made, Imports(Namespace())).replace("nn.", "")
        case Layer(block) | Apply(block):
            return block.name
        case Composite(name, params):
            given = ", ".join(f"{key}={literal(value)}" for key, value in params.items())
            return f"{name}({given})"
        case Arithmetic(operator):
            return operator
        case Item(index):
            return f"[{index}]"
        case Output(name):
            return f".{name}"
        case Pack():
            return "list"
        case ByLevel():
            return "chosen by level"
    return type(node.operation).__name__.lower()


def _takes(body: Body, index: int, prefix: str) -> str:
    """The inputs by name or number; nothing for the value just before."""
    inputs = body.nodes[index].inputs
    if inputs == (index - 1,):
        return ""
    nodes = [(i, body.nodes[i]) for i in inputs]
    return ", ".join(_reference(node, f"{prefix}{i}") for i, node in nodes)


def _reference(node: Node, number: str) -> str:
    match node.operation:
        case Source(name):
            return name
        case Number(value):
            return str(value)
    return node.name or f"#{number}"
