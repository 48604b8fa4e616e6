"""`+ - * /` in wiring: numbers are computed at once, tensors are broadcast."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ganforge.formula.errors import FormulaError
from ganforge.formula.evaluate import NOT_BY_ZERO, PROGRESS_NAMES
from ganforge.formula.live import Live, parse_live
from ganforge.formula.parse import extent
from ganforge.graph.nodes import Arithmetic, Number
from ganforge.plugins.shapes import Shape, Tensor, TensorList

if TYPE_CHECKING:
    from ganforge.graph.wiring import Wiring

_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


def add_arithmetic(wiring: Wiring, node: ast.BinOp) -> int:
    """The node of an operation. Raises `FormulaError`."""
    if type(node.op) not in _OPERATORS:
        help = "compute other powers and remainders of numbers, in formulas"
        wiring.fail(node, "GF218", "wiring has `+ - * /` of tensors only", help)
    if _is_number(wiring, node):
        return _add_number(wiring, node)
    left, right = wiring.single(node.left), wiring.single(node.right)
    if isinstance(node.op, ast.Div) and wiring.nodes.items[right].operation == Number(0):
        wiring.fail(node, "GF119", f"`{ast.unparse(node)}` divides by zero", NOT_BY_ZERO)
    try:
        shape = _broadcast(wiring, node, (left, right))
    except FormulaError as error:
        error.nodes = (left, right)
        raise
    operator = Arithmetic(_OPERATORS[type(node.op)])
    return wiring.nodes.add(operator, (left, right), shape, wiring.path)


def add_negative(wiring: Wiring, node: ast.UnaryOp) -> int:
    """The node of `-x`, whose range is another. Raises `FormulaError`."""
    operand = wiring.single(node.operand)
    try:
        shape = _computed(wiring, node.operand, wiring.tensor_shape(operand))
    except FormulaError as error:
        error.nodes = (operand,)
        raise
    found = None if shape is None else Tensor(shape.shape)
    return wiring.nodes.add(Arithmetic("-"), (operand,), found, wiring.path)


def _is_number(wiring: Wiring, node: ast.expr) -> bool:
    """Whether wiring has numbers, params and live numbers alone, and no tensor."""
    parts = [inner for inner in ast.walk(node) if isinstance(inner, ast.expr)]
    return all(_is_part_of_number(wiring, part) for part in parts)


def _is_part_of_number(wiring: Wiring, node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        number = wiring.scope.names.get(node.id)
        known = isinstance(number, int | float) or (wiring.live and node.id in PROGRESS_NAMES)
        return known and wiring.lookup(node.id) is None
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float)
    return isinstance(node, ast.BinOp | ast.UnaryOp)


def _add_number(wiring: Wiring, node: ast.BinOp) -> int:
    try:
        value = parse_live(ast.unparse(node), wiring.scope)
    except FormulaError as error:
        error.start, error.end = extent(node, wiring.text)
        raise
    assert isinstance(value, Live | int | float)
    return wiring.nodes.add(Number(value), (), Tensor(()), wiring.path)


def _broadcast(wiring: Wiring, node: ast.BinOp, indices: tuple[int, int]) -> Shape:
    left, right = (wiring.tensor_shape(index) for index in indices)
    if left is None or right is None:
        return None
    left, right = _computed(wiring, node.left, left), _computed(wiring, node.right, right)
    assert left is not None and right is not None
    a, b = left.shape, right.shape
    if not a or not b:
        _check_scalars(wiring, node, indices, bool(a or b))
        return Tensor(a or b)
    if len(a) == len(b) and all(p == q or 1 in (p, q) for p, q in zip(a, b, strict=True)):
        return Tensor(tuple(map(max, zip(a, b, strict=True))))
    names = f"`{ast.unparse(node.left)}` is {left} and `{ast.unparse(node.right)}` is {right}"
    wiring.fail(node, "GF303", f"{names}: they do not fit together", _fitting(a, b))


def _computed(wiring: Wiring, node: ast.expr, shape: Shape) -> Tensor | None:
    """The shape of what stands in a computation: GF303 for a list, GF503 for a class."""
    written = ast.unparse(node)
    if isinstance(shape, TensorList):
        help = f"take its elements one by one: `{written}[0]`"
        wiring.fail(node, "GF303", f"`{written}` is a list, and no tensor to compute with", help)
    if shape is not None and shape.classes is not None:
        help = f"`one_hot({written})` makes numbers of it"
        message = f"`{written}` is a {shape}, no numbers to compute with"
        wiring.fail(node, "GF503", message, help)
    return shape


def _check_scalars(wiring: Wiring, node: ast.BinOp, indices: tuple[int, int], mixed: bool) -> None:
    """One number per sample has no axes to meet those of a vector or image."""
    for index, side in zip(indices, (node.left, node.right), strict=True):
        if mixed and wiring.tensor_shape(index) == Tensor(()) and not wiring.nodes.is_number(index):
            written = ast.unparse(side)
            message = f"`{written}` is one number per sample, and the other side has axes"
            wiring.fail(side, "GF303", message, "use a tensor of the same shape, or a number")


def _fitting(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    """How two shapes that do not broadcast could be brought together."""
    if len(a) == len(b) == 3 and a[1:] == b[1:]:
        layer = f'{{ block = "conv", out = {b[0]}, kernel = 1, from = ... }}'
        return f"bring both to one number of channels: {layer}"
    if {len(a), len(b)} == {1, 3}:
        return "`tile(v, x)` puts a vector at every pixel"
    return "bring both to one shape"
