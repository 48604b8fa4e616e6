"""A layer that is one block: its inputs, its shape, and the norm and activation behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ganforge.diagnostics.suggest import did_you_mean, nearest
from ganforge.document import Path
from ganforge.formula.evaluate import Scope
from ganforge.graph.application import infer
from ganforge.graph.frame import Frame
from ganforge.graph.layers import (
    LAYER_KEYS,
    read_layer,
)
from ganforge.graph.nodes import Bundle, Layer
from ganforge.plugins.declarations import Block
from ganforge.plugins.shapes import ShapeError


def add_block(
    frame: Frame, block: Block, layer: dict[str, Any], first: int, scope: Scope, path: Path
) -> int:
    """The node of the last of what the layer makes: the block, then its norm and activation."""
    extra = [name for name in block.inputs[1:] if not name.startswith("*")]
    if block.inputs and block.inputs[0].startswith("*"):
        message = f"`{block.name}` takes several tensors, and a layer has one"
        name = block.name.replace("-", "_")
        help = f'call it in wiring: `from = "{name}(x, prev)"`'
        frame.findings.add("GF204", (*path, "block"), message, help)
        return frame.nodes.unknown(path)
    inputs = extra_inputs(frame, extra, layer, block.name, path)
    if not check_first(frame, block.name, layer, first, path):
        return frame.nodes.unknown(path)
    own = {
        k: v
        for k, v in layer.items()
        if k not in LAYER_KEYS and k not in [e.removesuffix("?") for e in extra]
    }
    steps = read_layer(block, own, frame, scope, path)
    if inputs is None or steps is None:
        return frame.nodes.unknown(path)
    value = first
    arguments: tuple[int, ...] = (first, *inputs.values())
    for step in steps:
        value = _add(frame, step, arguments, path)
        arguments = (value,)
    return value


def check_first(frame: Frame, block: str, layer: Mapping[str, Any], first: int, path: Path) -> bool:
    """GF221 for a layer that would go on from a number, GF205 from a block of several outputs."""
    if frame.nodes.is_number(first):
        message = f"`{block}` is given a number, and takes a tensor"
        frame.findings.add("GF221", (*path, "from"), message, "name an input or a layer")
        return False
    written = layer.get("from", "prev")
    return is_single(frame, first, written, "from", (*path, "from") if "from" in layer else path)


def is_single(frame: Frame, index: int, written: str, key: str, path: Path) -> bool:
    """Whether a value is one tensor or list; GF205 for all outputs of a block at once."""
    shape = frame.nodes.shape(index)
    if not isinstance(shape, Bundle):
        return True
    what = "the layer before" if written == "prev" else f"`{written}`"
    choices = " or ".join(f'`{key} = "{written}.{name}"`' for name in shape.items)
    frame.findings.add("GF205", path, f"{what} has several outputs", f"write {choices}")
    return False


def extra_inputs(
    frame: Frame, names: list[str], layer: Mapping[str, Any], block: str, path: Path
) -> dict[str, int] | None:
    """The further inputs of a block, which are keys of its layer."""
    inputs: dict[str, int] = {}
    for name in names:
        key, optional = name.removesuffix("?"), name.endswith("?")
        if key not in layer:
            if optional:
                continue
            frame.findings.add(
                "GF111", path, f"`{block}` needs the input `{key}`", f'write `{key} = "..."`'
            )
            return None
        if not isinstance(layer[key], str):
            message = f"`{key}` must be wiring in quotes"
            frame.findings.add("GF114", (*path, key), message, f'such as `{key} = "x"`')
            return None
        inputs[key] = frame.wiring.lower(layer[key], (*path, key))
        if frame.nodes.is_number(inputs[key]):
            message = f"`{key}` of `{block}` is a number, and must be a tensor"
            frame.findings.add("GF221", (*path, key), message, "name an input or a layer")
            return None
        if not is_single(frame, inputs[key], layer[key], key, (*path, key)):
            return None
    return inputs


def _add(frame: Frame, layer: Layer, inputs: tuple[int, ...], path: Path) -> int:
    shapes = [frame.nodes.shape(i) for i in inputs]
    try:
        shape = infer(layer.block, layer.params, shapes)
    except ShapeError as error:
        frame.findings.add(
            error.code, path, error.message, error.help, related=frame.wiring.ends(inputs)
        )
        if error.code != "GF312":
            return frame.nodes.unknown(path)
        shape = None  # what stands before it is used all the same
    return frame.nodes.add(layer, inputs, shape, path)


def report_unknown_block(frame: Frame, block: str, path: Path) -> None:
    if block in _tables(frame, "blocks"):
        return
    own = nearest(block, list(frame.context.spec.blocks))
    unlocated = frame.context.registry.missing("block", block)
    if own is not None and not frame.context.registry.explains("block", block):
        unlocated = replace(unlocated, help=did_you_mean(block, frame.context.spec.blocks))
    frame.findings.missing(unlocated, path)


def _tables(frame: Frame, name: str) -> Mapping[str, Any]:
    """A table of the document as it was written, whether or not it could be read."""
    table = frame.findings.document.values.get(name)
    return table if isinstance(table, dict) else {}
