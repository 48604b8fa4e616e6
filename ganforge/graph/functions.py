"""Functions in wiring: calls of blocks without weights or state, with parameters by keyword."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import shown
from ganforge.formula.parse import extent
from ganforge.graph.application import apply
from ganforge.plugins.declarations import Block
from ganforge.plugins.mistakes import as_shape_error
from ganforge.plugins.shapes import ShapeError, Tensor, TensorList
from ganforge.spec.validate import bound_of

if TYPE_CHECKING:
    from ganforge.graph.wiring import Wiring


def add_function(wiring: Wiring, node: ast.Call, block: Block, inputs: tuple[int, ...]) -> int:
    name = block.name.replace("-", "_")
    inputs = _with_draw(wiring, node, block, inputs)
    needed = [i for i in block.inputs if not i.endswith("?") and not i.startswith("*")]
    variadic = any(i.startswith("*") for i in block.inputs)
    if len(inputs) < max(1, len(needed)) or (len(inputs) > len(block.inputs) and not variadic):
        named = block.inputs if block.draws is None else block.inputs[:-1]
        takes = ", ".join(i.strip("*?") for i in named)
        given = "1 tensor is" if len(inputs) == 1 else f"{len(inputs)} tensors are"
        message = f"`{name}` takes ({takes}), and {given} given"
        wiring.fail(node, "GF204", message, f"write `{name}({takes})` with tensors of yours")
    _check_tensors(wiring, node, block, inputs)
    values = {k.arg: wiring.formula(k.value) for k in node.keywords if k.arg}
    params = _params(wiring, node, block, values)
    try:
        whole = variadic or block.inputs[0] in block.lists
        return apply(wiring.nodes, block, params, inputs, wiring.path, whole=whole)
    except ShapeError as error:
        raise _told(error, wiring, node, inputs) from None


def _told(
    error: ShapeError, wiring: Wiring, node: ast.Call, inputs: tuple[int, ...]
) -> FormulaError:
    start, end = extent(node, wiring.text)
    return FormulaError(error.code, error.message, error.help, start, end, nodes=inputs)


def _check_tensors(wiring: Wiring, node: ast.Call, block: Block, inputs: tuple[int, ...]) -> None:
    """GF221 for a number where a function needs a tensor."""
    for k, index in enumerate(inputs):
        name = block.inputs[min(k, len(block.inputs) - 1)]
        if wiring.nodes.is_number(index) and name.strip("*?") not in block.scalars:
            at = node.args[k] if k < len(node.args) else node
            written = block.name.replace("-", "_")
            help = "functions compute with tensors: name one"
            wiring.fail(at, "GF221", f"`{written}` is given a number, and takes a tensor", help)


def _with_draw(
    wiring: Wiring, node: ast.Call, block: Block, inputs: tuple[int, ...]
) -> tuple[int, ...]:
    """The inputs of a function, and what it draws."""
    if block.draws is None or len(inputs) != len(block.inputs) - 1:
        return inputs
    if wiring.draw is None:
        message = f"`{block.name}` draws random numbers, which are drawn outside of networks"
        wiring.fail(node, "GF212", message, "call it in `[flow]` and pass the result")
    shapes = [wiring.nodes.shape(i) for i in inputs]
    if any(not isinstance(shape, Tensor | TensorList) for shape in shapes):
        raise UnknownShapeError
    for argument, name, shape in zip(node.args, block.inputs, shapes, strict=False):
        if isinstance(shape, TensorList) and name not in block.lists:
            message = f"`{block.name.replace('-', '_')}` draws for one tensor, and is given a list"
            wiring.fail(argument, "GF217", message, "take its elements one by one")
    key = (id(block), inputs)  # equal calls are one, and draw once
    if key not in wiring.drawn:
        try:
            drawn = block.draws(None, *shapes)
        except Exception as error:
            named = f"what `{block.name}` draws cannot be told"
            told = as_shape_error(error, named, block.draws)
            raise _told(told, wiring, node, inputs) from None
        wiring.drawn[key] = wiring.draw(block, drawn)
    return (*inputs, wiring.drawn[key])


def _params(wiring: Wiring, node: ast.Call, block: Block, values: dict[str, Any]) -> Any:
    """The parameters of a function, checked by its declaration."""
    try:
        return block.params.model_validate(values, context=wiring.scope)
    except ValidationError as error:
        details = error.errors(include_url=False)
        unknown = (d for d in details if d["type"] == "extra_forbidden")
        detail = next(unknown, details[0])  # misspelled, a parameter is not missing as well
    except UnknownShapeError:
        raise
    except Exception as error:
        told = as_shape_error(error, f"`{block.name}` cannot be read", block.params)
        wiring.fail(node, told.code, told.message, told.help)
    key = str(detail["loc"][0]) if detail["loc"] else ""
    at: ast.AST = next((k.value for k in node.keywords if k.arg == key), node)
    known = list(block.params.model_fields)
    written = block.name.replace("-", "_")
    if detail["type"] == "extra_forbidden":
        help = did_you_mean(key, known, "parameter")
        wiring.fail(_name(node, key), "GF102", f"`{written}` has no parameter `{key}`", help)
    if detail["type"] == "missing":
        wiring.fail(node, "GF111", f"`{written}` needs `{key}`", f"write `{key}=...`")
    choices = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    if detail["type"] == "literal_error":
        message = f"`{key}` cannot be {shown(values[key])}"
        wiring.fail(at, "GF110", message, did_you_mean(str(values[key]), choices, of=key))
    about, context = f"`{key}` of `{written}`", detail.get("ctx", {})
    if detail["type"].startswith("GF"):
        message = f"{about}: {context.get('message')}"
        wiring.fail(at, detail["type"], message, context.get("help"))
    message = f"{about} is {shown(values[key])}, and must be {bound_of(detail)}"
    wiring.fail(at, "GF115", message, "write a number within its bounds")


def _name(node: ast.Call, key: str) -> ast.AST:
    """Where a call writes the name of a parameter."""
    keyword = next(k for k in node.keywords if k.arg == key)
    end = keyword.col_offset + len(key.encode())
    return ast.Name(key, col_offset=keyword.col_offset, end_col_offset=end)
