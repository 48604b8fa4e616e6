"""Live numbers: formulas over training progress, which the program computes as it runs."""

from __future__ import annotations

import ast
import copy
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.formula.errors import FormulaError, growing
from ganforge.formula.evaluate import (
    GROWING_NAMES,
    LIVE_FUNCTIONS,
    LIVE_NAMES,
    MAX_LIVE,
    MAX_POWER,
    Meter,
    Scope,
    Value,
    evaluate,
)
from ganforge.formula.functions import FUNCTIONS, LIVE
from ganforge.formula.parse import extent, parse_formula

MATH = ("sqrt", "log2", "ceil", "floor")


@dataclass(frozen=True, eq=False)
class Live:
    """A number that changes during training. Equal are those that a program computes alike."""

    text: str
    tree: ast.expr = field(repr=False)
    names: frozenset[str]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Live) and (self.text, self.source) == (other.text, other.source)

    def __hash__(self) -> int:
        return hash(self.text)

    @cached_property
    def source(self) -> str:
        """Python over the attributes of `t`, a `Progress`."""
        tree = ast.parse(ast.unparse(self.tree), mode="eval").body
        return re.sub(r"(\d)e-0(\d)", r"\1e-\2", ast.unparse(_Attributes().visit(tree)))

    @cached_property
    def _compiled(self) -> tuple[Callable[..., Any], tuple[str, ...], int]:
        """The formula as a function of Python, what it takes, and how many steps it has."""
        tree, names = self.tree, tuple(sorted(self.names))
        if any(isinstance(node, ast.Pow) for node in ast.walk(tree)):
            tree = _Powers().visit(copy.deepcopy(tree))
        taken = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
        function = ast.fix_missing_locations(ast.Expression(ast.Lambda(taken, tree)))
        # The parser lets nothing through but arithmetic and calls of the functions given here.
        made = eval(compile(function, "<formula>", "eval"), dict(_GIVEN))
        return made, names, sum(1 for _ in ast.walk(tree))

    def at(self, values: Mapping[str, Value], meter: Meter | None = None) -> Value:
        """Its value at a moment: `values` gives `step`, `round`, `kimg`, `epoch`, `progress`.

        Raises `FormulaError` where it has none.
        """
        function, names, steps = self._compiled
        try:
            number = function(*[values[name] for name in names])
        except Exception:
            number = None  # told below, at the part that has no value
        if type(number) in (int, float) and abs(number) <= MAX_LIVE:
            if meter is not None:
                meter.work += steps
            return number  # type: ignore[no-any-return]
        return evaluate(self.tree, Scope(values, live=True, meter=meter or Meter()), self.text)

    def over(self, columns: Mapping[str, Sequence[Value]], meter: Meter) -> list[float] | None:
        """Its values at many moments; None where it has none at one of them, which `at` tells.

        columns: by counter its value at each moment.
        """
        function, names, steps = self._compiled
        try:
            numbers = list(map(function, *(columns[name] for name in names)))
        except Exception:
            return None
        meter.work += steps * len(numbers)
        sound = {*map(type, numbers)} <= {int, float}
        return numbers if sound and all(map(MAX_LIVE.__ge__, map(abs, numbers))) else None

    def __str__(self) -> str:
        return self.text


def _power(base: float, exponent: float) -> float:
    """As formulas compute it: bounded, and real."""
    if base and abs(exponent) * abs(math.log2(abs(base))) > MAX_POWER:
        raise OverflowError
    return base**exponent  # type: ignore[no-any-return]


class _Powers(ast.NodeTransformer):
    """`a ** b` becomes `_power(a, b)`."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Pow):
            return node
        name = ast.Name("_power", ast.Load())
        return ast.copy_location(ast.Call(name, [node.left, node.right], []), node)


_GIVEN = {**FUNCTIONS, **LIVE, "_power": _power, "__builtins__": {}}


def parse_live(text: str, scope: Scope) -> Live | Value:
    """A live number, or its value where it does not change. Raises `FormulaError`."""
    tree = parse_formula(text)
    _refuse_growing(tree, scope, text)
    tree = _Folding(scope, text).folded(tree)
    if isinstance(tree, ast.Constant):
        return tree.value  # type: ignore[return-value]
    names = frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name)) & frozenset(
        LIVE_NAMES
    )
    return Live(text, tree, names)


def _refuse_growing(tree: ast.expr, scope: Scope, text: str) -> None:
    if scope.growing is not None:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or node.id in scope.names:
            continue
        if node.id in GROWING_NAMES:
            raise growing(node.id, *extent(node, text))


class _Folding:
    """A copy in which every part that training does not change is its value. Depth is bounded by
    the parser.
    """

    def __init__(self, scope: Scope, text: str) -> None:
        self.scope, self.text = scope, text
        self.live: set[ast.AST] = set()

    def folded(self, tree: ast.expr) -> ast.expr:
        """The whole formula."""
        self._mark(tree)
        return self.fold(tree)

    def _mark(self, node: ast.AST) -> bool:
        """Whether a part changes during training; it is kept in `live`."""
        inside = [self._mark(child) for child in ast.iter_child_nodes(node)]
        changes = any(inside) or (isinstance(node, ast.Name) and node.id in LIVE_NAMES)
        if changes:
            self.live.add(node)
        return changes

    def fold(self, node: ast.expr) -> ast.expr:
        if node not in self.live:
            return ast.copy_location(
                _literal(evaluate(node, self._constant_scope(), self.text)), node
            )
        if isinstance(node, ast.Name):
            return node
        self._check(node)
        folded = copy.copy(node)
        for name, child in ast.iter_fields(node):
            if isinstance(child, ast.expr) and not (isinstance(node, ast.Call) and name == "func"):
                setattr(folded, name, self.fold(child))
            elif isinstance(child, list) and not isinstance(node, ast.ListComp):
                parts = [self.fold(c) if isinstance(c, ast.expr) else c for c in child]
                setattr(folded, name, parts)
        return folded

    def _constant_scope(self) -> Scope:
        return replace(self.scope, live=True)

    def _check(self, node: ast.expr) -> None:
        if isinstance(node, ast.ListComp | ast.Subscript | ast.List):
            message = "a live formula has no lists over live numbers"
            raise FormulaError("GF107", message, None, *extent(node, self.text))
        if isinstance(node, ast.Call):
            known = {*FUNCTIONS, *LIVE_FUNCTIONS} - {"len", "sum"}
            name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
            if name not in known:
                message = f"a live formula cannot call `{name}`"
                help = did_you_mean(name, sorted(known))
                raise FormulaError("GF107", message, help, *extent(node.func, self.text))


def _literal(value: Value) -> ast.expr:
    return (
        ast.parse(repr(value), mode="eval").body if isinstance(value, list) else ast.Constant(value)
    )


class _Attributes(ast.NodeTransformer):
    """`step` becomes `t.step`, `sqrt(...)` becomes `math.sqrt(...)`."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in LIVE_NAMES:
            return ast.Attribute(ast.Name("t", ast.Load()), node.id, ast.Load())
        if node.id in MATH:
            return ast.Attribute(ast.Name("math", ast.Load()), node.id, ast.Load())
        return node
