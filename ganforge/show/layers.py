"""The layers of a network as rows: what each is, what it takes, its shape and its weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from ganforge.graph.weights import own_weights, shapes_of
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
    """The layers of a network in order, counted from 1; those of composite blocks below theirs."""
    rows: list[Row] = []
    stack = [(body, "", _numbered(body), shown_nodes(body))]
    while stack:
        current, prefix, numbers, waiting = stack[-1]
        index = next(waiting, None)
        if index is None:
            stack.pop()
            continue
        node = current.nodes[index]
        takes = _takes(current, index, numbers, prefix)
        number, weights = f"{prefix}{numbers[index]}", own_weights(current, node)
        rows.append(Row(number, _layer(current, node), takes, str(node.shape), weights))
        if isinstance(node.operation, Composite):
            inner = node.operation.body
            stack.append((inner, f"{number}.", _numbered(inner), shown_nodes(inner)))
    return rows


def _numbered(body: Body) -> dict[int, int]:
    """The numbers of the layers of a body, from 1, by their nodes; its only input has 0."""
    only = list(body.inputs.values()) if len(body.inputs) == 1 else []
    return {index: 1 - len(only) + k for k, index in enumerate([*only, *shown_nodes(body)])}


def shown_nodes(body: Body) -> Iterator[int]:
    """The nodes of a body that are layers: reached by an output, and no inputs or numbers."""
    reached = body.reached
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


def _takes(body: Body, index: int, numbers: Mapping[int, int], prefix: str) -> str:
    """The inputs by name or number; nothing for the value just before."""
    inputs = body.nodes[index].inputs
    if [numbers.get(i) for i in inputs] == [numbers[index] - 1]:
        return ""
    return ", ".join(_reference(body.nodes[i], f"{prefix}{numbers.get(i)}") for i in inputs)


def _reference(node: Node, number: str) -> str:
    match node.operation:
        case Source(name):
            return name
        case Number(value):
            return str(value)
    return node.name or f"#{number}"
