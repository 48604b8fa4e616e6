"""Blocks against their declarations: what `infer` says, and what the module does."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganforge.deep.meta import OnMeta, tensors
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Apply, Body, Bundle, Composite, Layer, Node, Number
from ganforge.plugins.calls import Call, Matrix, Ref
from ganforge.plugins.declarations import Block
from ganforge.plugins.live import Changing
from ganforge.plugins.running import META
from ganforge.plugins.shapes import Shape, TensorList

SAMPLES = 2
ROOTS: Mapping[str, Any] = {"nn": nn, "F": functional, "torch": torch}


def disagreements(graph: Graph) -> Iterator[tuple[Node, Block, str]]:
    """Every block that does something else than it declares: its node, and what differs."""
    seen: set[object] = set()
    for nodes in _bodies(graph):
        for node in nodes:
            shapes = [nodes[index].shape for index in node.inputs]
            if not isinstance(node.operation, Layer | Apply) or not _known([node.shape, *shapes]):
                continue
            block, params = node.operation.block, node.operation.params
            key = (id(block), repr(params), repr(shapes))
            if key in seen:
                continue
            seen.add(key)
            given = [_given(nodes[index]) for index in node.inputs]
            told = _disagreement(block, params, shapes, given, node.shape)
            if told:
                yield node, block, told


def _given(node: Node) -> Any:
    """A batch of what a node gives; numbers stay numbers."""
    assert not isinstance(node.shape, Bundle)
    return 0.5 if isinstance(node.operation, Number) else tensors(node.shape, SAMPLES)


def _known(shapes: list[Any]) -> bool:
    return not any(shape is None or isinstance(shape, Bundle) for shape in shapes)


def _bodies(graph: Graph) -> Iterator[tuple[Node, ...]]:
    yield graph.nodes
    stack = [network.body for network in graph.networks.values()]
    seen: set[int] = set()
    while stack:
        body = stack.pop()
        if id(body) in seen:
            continue
        seen.add(id(body))
        yield body.nodes
        stack.extend(inner for node in body.nodes if (inner := _inside(node)))


def _inside(node: Node) -> Body | None:
    return node.operation.body if isinstance(node.operation, Composite) else None


def _disagreement(
    block: Block, params: Any, shapes: list[Any], given: list[Any], declared: Any
) -> str:
    """What the block does otherwise, in words; nothing where it keeps to its declaration."""
    try:
        result = _result(block, params, shapes, given)
    except Exception as error:
        said = (str(error).splitlines() or [""])[0]
        return f"`{block.name}` fails on {_listed(shapes)}: {type(error).__name__}: {said}"
    made, said = _shape(result), _shape(tensors(declared, SAMPLES))
    if made == said:
        return ""
    return f"`{block.name}` declares that it gives {said} of {_listed(shapes)}, and gives {made}"


def _result(block: Block, params: Any, shapes: list[Any], given: list[Any]) -> Any:
    if block.module is not None:
        with META:
            module = _called(block.module(params, *shapes), {})
        with OnMeta():
            return module(*given)
    assert block.function is not None
    names = [name.rstrip("?") for name in block.inputs]
    if names[-1].startswith("*"):
        names = [f"{names[-1][1:]}{place}" for place in range(len(given))]
    with OnMeta():
        return _called(block.function(params, *shapes), dict(zip(names, given, strict=False)))


def _called(call: Call, given: Mapping[str, Any]) -> Any:
    arguments = [_argument(value, given) for value in call.args]
    return _target(call.target)(
        *arguments, **{name: _argument(value, given) for name, value in call.kwargs.items()}
    )


def _argument(value: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(value, Call):
        return _called(value, given)
    if isinstance(value, Ref):
        return given[value.name]
    if isinstance(value, Changing):
        return 0.5
    if isinstance(value, Matrix):
        return torch.empty(len(value.rows), len(value.rows[0]), device=META)
    if isinstance(value, list | tuple):
        return type(value)(_argument(item, given) for item in value)
    return value


def _target(name: str) -> Any:
    """What a call names: of PyTorch, or `package.module:name`."""
    module, colon, own = name.partition(":")
    if colon:
        return getattr(importlib.import_module(module), own)
    root, *steps = name.split(".")
    found = ROOTS[root] if root in ROOTS else importlib.import_module(root)
    for step in steps:
        found = getattr(found, step)
    return found


def _shape(value: Any) -> str:
    """A batch of tensors in words, without its first axis."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_shape(item) for item in value)}]"
    if not isinstance(value, Tensor):
        return f"a {type(value).__name__}"
    sides = " x ".join(map(str, value.shape[1:])) or "one number"
    return sides if value.is_floating_point() else f"{sides} ({value.dtype})"


def _listed(shapes: list[Shape]) -> str:
    return ", ".join(f"a list {s}" if isinstance(s, TensorList) else str(s) for s in shapes)
