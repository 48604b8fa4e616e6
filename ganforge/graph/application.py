"""Blocks applied to tensors: the shape of a result, and calls as functions in wiring."""

from __future__ import annotations

from typing import Any

from ganforge.document import Path
from ganforge.graph.nodes import (
    Apply,
    Bundle,
    Item,
    Nodes,
    Pack,
)
from ganforge.plugins.declarations import Block
from ganforge.plugins.mistakes import as_shape_error
from ganforge.plugins.shapes import Shape, ShapeError, Tensor, TensorList, sizes_of


def apply(
    nodes: Nodes,
    block: Block,
    params: Any,
    inputs: tuple[int, ...],
    path: Path,
    *,
    whole: bool = False,
) -> int:
    """The node of a block called as a function; over a list it is called on each element, unless it
    takes lists as a `whole`.
    """
    first = nodes.shape(inputs[0])
    if isinstance(first, TensorList) and not whole:
        items = []
        for k, item in enumerate(first.items):
            element = nodes.add(Item(k), (inputs[0],), item, path)
            items.append(apply(nodes, block, params, (element, *inputs[1:]), path))
        shapes = tuple(nodes.shape(i) for i in items)
        return nodes.add(Pack(), tuple(items), TensorList(shapes), path)  # type: ignore[arg-type]
    shape = infer(block, params, [nodes.shape(i) for i in inputs])
    return nodes.add(Apply(block, params), inputs, shape, path)


def infer(block: Block, params: Any, shapes: list[Any]) -> Shape:
    """The shape of a block's result; unknown where an input is. Raises `ShapeError`."""
    if any(s is None or isinstance(s, Bundle) for s in shapes):
        return None
    try:
        shape: Any = (
            _by_running(block, params, shapes)
            if block.infer is None
            else block.infer(params, *shapes)
        )
    except Exception as error:
        named = f"the block `{block.name}` fails on {_told(shapes)}"
        raise as_shape_error(error, named, block.infer or block.module) from error
    if shape is not None and not isinstance(shape, Tensor | TensorList):
        named = f"the block `{block.name}` gives no shape for {_told(shapes)}"
        raise as_shape_error(TypeError(repr(shape)), named, block.infer or block.module)
    wrong = [size for size in sizes_of(shape) if type(size) is not int]
    if wrong:
        named = f"the block `{block.name}` gives {shape} for {_told(shapes)}"
        said = f"{wrong[0]!r} is no whole number: `//` gives one, `/` does not"
        raise as_shape_error(TypeError(said), named, block.infer or block.module)
    known: Shape = shape
    return known


def _told(shapes: list[Any]) -> str:
    return " and ".join(map(str, shapes)) or "nothing"


def _by_running(block: Block, params: Any, shapes: list[Any]) -> Shape:
    """The shape of what a block gives that does not say it: torch is asked."""
    try:
        from ganforge.plugins.running import inferred
    except ImportError:
        message = f"the shape of `{block.name}` is unknown: its plugin does not declare `infer`"
        help = "install torch to check this spec: `pip install 'ganforge[train]'`"
        raise ShapeError("GF312", message, help) from None
    return inferred(block, params, shapes)
