"""From a table of layers to nodes: loops, conditions, ids, composite blocks and shapes in one walk.

Formulas may ask for the shape of what stands before them, so expanding and inferring cannot be
apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import Scope
from ganforge.graph.blocks import add_block, is_single, report_unknown_block
from ganforge.graph.composites import add_composite
from ganforge.graph.frame import MAX_NESTING, Budget, Context, Frame
from ganforge.graph.layers import (
    LAYER_KEYS,
    check_defaults,
    network_init,
    network_weights,
)
from ganforge.graph.loops import check_met, check_reached, loop_head, loop_key, stands
from ganforge.graph.nodes import Body, Source, Turn
from ganforge.graph.wiring import Keyed
from ganforge.plugins.params import insert
from ganforge.plugins.shapes import Shape
from ganforge.spec.keys import meant_key, unknown_key_help
from ganforge.spec.models import NetworkTable
from ganforge.spec.names import check_name


def expand_network(
    context: Context, path: Path, table: NetworkTable, shapes: tuple[Shape, ...]
) -> Body:
    """The body of a network for inputs of these shapes."""
    shared = context.shared.networks
    key = (shapes, context.shared.of_network(str(path[-1]), context.spec.scope))
    if key in shared:
        return shared[key]
    frame = Frame(context, table, path, table, context.spec.scope, Budget())
    check_defaults(frame)
    frame.initializer = network_init(frame)
    frame.parametrizer = network_weights(frame)
    body = expand(frame, dict(zip(table.inputs, shapes, strict=True)))
    if not context.findings.items:
        shared[key] = body
    return body


def expand(frame: Frame, inputs: Mapping[str, Shape]) -> Body:
    """The body of a table of layers for inputs of these shapes."""
    indices = {}
    for k, (name, shape) in enumerate(inputs.items()):
        where = (*frame.path, "inputs", k)
        indices[name] = frame.nodes.add(Source(name, "input"), (), shape, where, name=name)
        frame.tensors[name] = indices[name]
    frame.prev = next(iter(indices.values()))
    _layers(frame, frame.table.layers, (*frame.path, "layers"), 0)
    outputs = _outputs(frame, indices)  # wiring may add nodes
    return Body(tuple(frame.nodes.items), indices, outputs)


def _outputs(frame: Frame, inputs: Mapping[str, int]) -> dict[str, int]:
    outputs = frame.table.outputs
    frame.wiring.scope = frame.current_scope()
    path = (*frame.path, "outputs")
    if outputs is None:
        last = (*frame.path, "layers", len(frame.table.layers) - 1) if frame.table.layers else path
        return {"": _tensor(frame, frame.prev, "prev", "outputs", last)}
    if isinstance(outputs, str):
        index = frame.wiring.lower(outputs, path)
        return {"": _tensor(frame, index, outputs, "outputs", path)}
    result = {}
    for name, text in outputs.items():
        if check_name(name, (*path, name), frame.findings):
            index = frame.wiring.lower(text, (*path, name))
            result[name] = _tensor(frame, index, text, name, (*path, name))
    return result or {"": frame.prev}


def _tensor(frame: Frame, index: int, text: str, key: str, path: Path) -> int:
    """An output, which is no number, and one value."""
    if frame.nodes.is_number(index):
        message = "an output is a number, and must be a tensor"
        frame.findings.add("GF221", path, message, "name an input or a layer")
        return frame.nodes.unknown(path)
    return index if is_single(frame, index, text, key, path) else frame.nodes.unknown(path)


def _layers(frame: Frame, layers: list[dict[str, Any]], path: Path, nesting: int) -> None:
    if frame.depth + nesting > MAX_NESTING:
        message = f"loops are nested more than {MAX_NESTING} deep"
        frame.findings.add("GF118", path, message, "write the layers of the inner loops one by one")
        return
    for k, layer in enumerate(layers):
        if "for" in layer or ("in" in layer and "block" not in layer):
            _loop(frame, layer, (*path, k), nesting)
        else:
            _layer(frame, layer, (*path, k))


def _loop(frame: Frame, layer: dict[str, Any], path: Path, nesting: int) -> None:
    if not stands(frame, layer, path):
        return
    head, body = loop_head(frame, layer, path), layer.get("layers")
    if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
        help = "write `layers = [{ block = ... }]`"
        frame.findings.add("GF111", path, "a loop needs `layers`, a list of layers", help)
        body = None
    if head is None or body is None:
        _leave_unknown(frame, body or [], path)
        return
    variable, items = head
    check_reached(frame, variable, items, body, (*path, "layers"))
    made: dict[str, dict[Any, int]] = {}
    for number, item in enumerate(items):
        frame.budget.turn(path, frame.findings)
        frame.enter(variable, item, Turn(path, number, variable, item))
        start = len(frame.bound)
        _layers(frame, body, (*path, "layers"), nesting + 1)
        for name in frame.bound[start:]:
            value = frame.tensors[name]
            if isinstance(value, int):
                made.setdefault(name, {})[loop_key(item)] = value
                frame.tensors[name] = Keyed(variable, made[name])
        frame.leave()
    check_met(frame)


def _leave_unknown(frame: Frame, layers: list[dict[str, Any]], path: Path) -> None:
    """What a loop that cannot run would have made: what follows from it is not reported."""
    frame.prev = frame.nodes.unknown(path)
    for layer in layers:
        if isinstance(layer.get("id"), str):
            frame.tensors.setdefault(layer["id"], frame.prev)


def _layer(frame: Frame, layer: dict[str, Any], path: Path) -> None:
    frame.budget.spend(path, frame.findings)
    name = layer.get("id")
    if name is not None and not _id(frame, name, path):
        name = None
    if not stands(frame, layer, path):
        if name is not None:
            frame.left_out.add(name)
        return
    first = frame.prev
    frame.wiring.scope = scope = frame.current_scope()
    if "from" in layer and not isinstance(layer["from"], str):
        help = 'write `from = "x"`'
        frame.findings.add("GF114", (*path, "from"), "`from` must be wiring in quotes", help)
        first = frame.nodes.unknown(path)
    elif "from" in layer:
        first = frame.wiring.lower(layer["from"], (*path, "from"))
    result = _result(frame, layer, first, scope, path)
    if name is not None:
        frame.tensors[name] = result
        frame.bound.append(name)
        frame.nodes.rename(result, name)
    elif isinstance(layer.get("id"), str):
        frame.tensors.setdefault(layer["id"], result)  # a bad id is reported; its uses are not
    if not _side(frame, layer, path):
        frame.prev = result


def _side(frame: Frame, layer: Mapping[str, Any], path: Path) -> bool:
    value = layer.get("side", False)
    if not isinstance(value, bool):
        message, help = "`side` must be true or false", "write `side = true`, without quotes"
        frame.findings.add("GF114", (*path, "side"), message, help)
    return value is True


def _id(frame: Frame, name: object, path: Path) -> bool:
    where = (*path, "id")
    if not isinstance(name, str):
        frame.findings.add("GF114", where, "an id is a word", 'write `id = "h"`')
        return False
    if not check_name(name, where, frame.findings, key=False):
        return False
    first = frame.ids.setdefault(name, path)
    taken = name in [text.removesuffix("?") for text in frame.table.inputs]
    if first != path or taken:
        where_first = (*frame.path, "inputs") if taken else (*first, "id")
        span = frame.findings.document.span(where_first)
        related = (Label(span, "first used here"),) if span else ()
        message = f"the id `{name}` is used twice in one network"
        frame.findings.add("GF209", where, message, "ids are unique in a network", related=related)
        return False
    return True


def _result(frame: Frame, layer: dict[str, Any], first: int, scope: Scope, path: Path) -> int:
    block = layer.get("block")
    if block is None:
        return first if _is_plain(frame, layer, path) else frame.nodes.unknown(path)
    if not isinstance(block, str):
        help = 'write `block = "conv"`'
        frame.findings.add("GF114", (*path, "block"), "`block` must be a word", help)
        return frame.nodes.unknown(path)
    try:
        block = insert(block, scope)
    except FormulaError as error:
        frame.findings.formula(error, (*path, "block"))
        return frame.nodes.unknown(path)
    except UnknownShapeError:
        return frame.nodes.unknown(path)
    if block in frame.context.spec.blocks:
        return add_composite(frame, block, layer, first, path, expand)
    if block not in frame.context.registry.blocks:
        report_unknown_block(frame, block, (*path, "block"))
        return frame.nodes.unknown(path)
    return add_block(frame, frame.context.registry.blocks[block], layer, first, scope, path)


def _is_plain(frame: Frame, layer: Mapping[str, Any], path: Path) -> bool:
    """Whether a layer without `block` takes something `from` elsewhere, and asks for no more."""
    more = [key for key in layer if key not in LAYER_KEYS]
    lacks = [key for key in ("block", "from") if key not in layer]
    meant = next((key for key in more if meant_key("layer", key, lacks)), None)
    if meant is not None:
        help = unknown_key_help("layer", meant, lacks)
        frame.findings.add("GF102", (*path, meant), f"unknown key `{meant}`", help, key=True)
    elif "from" not in layer:
        help = 'write `{ block = "conv", ... }`'
        frame.findings.add("GF111", path, "a layer needs `block` or `from`", help)
    elif more:
        written = " and ".join(f"`{key}`" for key in more)
        help = "name a block; without one a layer has `id`, `from`, `side` and `when`"
        frame.findings.add("GF111", path, f"a layer with {written} needs `block`", help)
    return not more and "from" in layer
