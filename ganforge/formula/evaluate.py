"""Computing a formula, with bounds on every value, so that no spec can hang or exhaust the
compiler.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from inspect import signature
from typing import Any

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.formula.errors import FormulaError, UnknownShapeError, growing
from ganforge.formula.functions import BINARY, COMPARE, FUNCTIONS, LIVE
from ganforge.formula.parse import extent
from ganforge.plugins.shapes import Shape, Tensor

Value = int | float | bool | str | list[Any]

MAX_VALUE = 1e15
MAX_LIVE = 1e300
"""Schedules over many steps grow large on the way, as in `0.1 / 1.00004**step`."""
MAX_POWER = 1000
"""The bits of a power."""
MAX_LIST = 20_000
NOT_BY_ZERO = "divide by another number, or hold this one above 0: `a / max(1, b)`"
SHORTER = "make it shorter: no published network comes near"
IN_RANGE = "hold its parts in range with `max` and `min`"
MAX_WORK = 500_000
MAX_TOTAL_WORK = 2_000_000
PROGRESS_NAMES = ("step", "round", "kimg", "epoch", "progress")
GROWING_NAMES = ("level", "res", "fade")
LIVE_NAMES = (*PROGRESS_NAMES, *GROWING_NAMES)
LIVE_FUNCTIONS = ("linear", "cosine", "exponential", "staircase")
SHAPE_FUNCTIONS = ("channels", "height", "width", "has")


@dataclass
class Meter:
    """Counts the steps of all formulas of a spec: many slow ones end as one slow one does."""

    work: int = 0


@dataclass(frozen=True)
class Scope:
    """What a formula may name: params and loop variables, and in a network the tensors in scope."""

    names: Mapping[str, Value] = field(default_factory=dict)
    tensors: Mapping[str, Shape] | None = None
    live: bool = False
    unread: frozenset[str] = frozenset()
    """Names whose own mistake is reported: a formula that uses one is silently unknown."""
    meter: Meter = field(default_factory=Meter, compare=False)
    growing: Mapping[str, Value] | None = None
    """Of `level` and `res` what is known; None where no stage grows."""

    def with_names(self, names: Mapping[str, Value]) -> Scope:
        return replace(self, names={**self.names, **names})

    def without(self, unread: Iterable[str]) -> Scope:
        return replace(self, unread=self.unread | frozenset(unread))


def evaluate(tree: ast.expr, scope: Scope, text: str) -> Value:
    """The value of a formula.

    Raises `FormulaError`, and `UnknownShapeError` for a poisoned shape.
    """
    value: Value = _Evaluation(scope, text).value(tree)
    return value


@cache
def _method(node: str) -> str:
    return "_" + node.lower()


class _Evaluation:
    """One evaluation. The recursion is bounded by the parser's limit on depth."""

    def __init__(self, scope: Scope, text: str) -> None:
        self.scope, self.text, self.work = scope, text, 0

    def fail(self, node: ast.AST, code: str, message: str, help: str | None = None) -> FormulaError:
        return FormulaError(code, message, help, *extent(node, self.text))

    def value(self, node: ast.AST) -> Any:
        method = getattr(self, _method(type(node).__name__))
        self._spend(node, 1)
        try:
            result = method(node)
        except ZeroDivisionError:
            message = f"`{ast.unparse(node)}` divides by zero"
            raise self.fail(node, "GF119", message, NOT_BY_ZERO) from None
        except OverflowError:
            message = f"`{ast.unparse(node)}` is too large"
            raise self.fail(node, "GF119", message, IN_RANGE) from None
        except ValueError:
            raise self.fail(node, "GF119", self._no_value(node), IN_RANGE) from None
        except (TypeError, AttributeError, KeyError, IndexError):
            message = f"`{ast.unparse(node)}` cannot be computed from values of these types"
            help = "formulas compute with numbers, and with lists element by element"
            raise self.fail(node, "GF119", message, help) from None
        return self._bounded(node, result)

    def _no_value(self, node: ast.AST) -> str:
        """That a function has no value for what it is given, such as a logarithm of 0."""
        message = f"`{ast.unparse(node)}` has no value"
        given = node.args[0] if isinstance(node, ast.Call) and node.args else None
        if given is None:
            return message
        value = shown(self.value(given))
        written = ast.unparse(given)
        return f"{message}: `{written}` is {value}" if written != value else message

    def _spend(self, node: ast.AST, work: int) -> None:
        meter = self.scope.meter
        self.work += work
        meter.work += work
        if self.work <= MAX_WORK and meter.work <= MAX_TOTAL_WORK:
            return
        if meter.work - work > MAX_TOTAL_WORK:
            raise UnknownShapeError  # said once is enough
        if self.work > MAX_WORK:
            message = "this formula takes too long to compute"
            raise self.fail(node, "GF118", message, "its lists are too long, or nested too often")
        message = "the formulas of this spec together take too long to compute"
        raise self.fail(node, "GF118", message, "compute once, in `[params]`, what repeats")

    def _bounded(self, node: ast.AST, value: Any) -> Any:
        kind = type(value)
        if kind is int or kind is float:
            limit = MAX_LIVE if self.scope.live else MAX_VALUE
            if not abs(value) <= limit:
                message = f"`{ast.unparse(node)}` exceeds {limit:.0e}"
                raise self.fail(node, "GF119", message, IN_RANGE)
        elif kind is complex:
            raise self.fail(node, "GF119", f"`{ast.unparse(node)}` is no real number", IN_RANGE)
        elif kind is list and isinstance(node, ast.List | ast.ListComp | ast.BinOp):
            self._bounded_list(node, value)
        return value

    def _bounded_list(self, node: ast.AST, value: list[Any]) -> None:
        """Lists in lists count with all that they hold: written out, they could be endless."""
        count, stack = 0, [value]
        while stack and count <= MAX_LIST:
            items = stack.pop()
            count += len(items)
            stack.extend(item for item in items if isinstance(item, list))
        self._spend(node, count)
        if count > MAX_LIST:
            message = f"this list exceeds {MAX_LIST:,} elements"
            raise self.fail(node, "GF118", message, SHORTER)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.scope.names:
            return self.scope.names[node.id]
        if node.id in ("true", "false"):
            return node.id == "true"
        if self.scope.growing is not None and node.id in self.scope.growing:
            return self.scope.growing[node.id]
        if node.id in self.scope.unread:
            raise UnknownShapeError
        raise self._unknown(node)

    def _unknown(self, node: ast.Name) -> FormulaError:
        if node.id in GROWING_NAMES and self.scope.growing is None:
            return growing(node.id, *extent(node, self.text))
        if node.id in ("level", "res"):
            return self.fail(
                node,
                "GF113",
                f"`{node.id}` is not known here",
                "`level` is known in networks and wiring, `res` in `[train]` and live numbers",
            )
        if node.id in LIVE_NAMES:
            return self.fail(
                node,
                "GF113",
                f"`{node.id}` changes during training, and this number is fixed before it",
                "only numbers that the reference calls live know it, such as `lr` and `weight`",
            )
        message = f"the formula names `{node.id}`, which is no param or loop variable here"
        names = sorted({*self.scope.names, *(PROGRESS_NAMES if self.scope.live else ())})
        help = did_you_mean(node.id, names) if names else "there are no params: write `[params]`"
        return self.fail(node, "GF106", message, help)

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, str) or isinstance(right, str):
            help = "compare words: `norm == 'batch'`"
            raise self.fail(node, "GF119", "words have no arithmetic", help)
        if isinstance(node.op, ast.Pow):
            return self._power(node, left, right)
        if isinstance(node.op, ast.Mult) and isinstance(left, list) | isinstance(right, list):
            count, items = (right, left) if isinstance(left, list) else (left, right)
            if len(items) * max(0, count) > MAX_LIST:
                message = f"this list exceeds {MAX_LIST:,} elements"
                raise self.fail(node, "GF118", message, SHORTER)
        return BINARY[type(node.op)](left, right)

    def _power(self, node: ast.BinOp, base: float, exponent: float) -> float:
        if base and abs(exponent) * abs(math.log2(abs(base))) > MAX_POWER:
            raise self.fail(
                node, "GF119", f"`{ast.unparse(node)}` is too large or too small", IN_RANGE
            )
        return base**exponent  # type: ignore[no-any-return]

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not operand
        return -operand if isinstance(node.op, ast.USub) else +operand

    def _boolop(self, node: ast.BoolOp) -> Any:
        stops = isinstance(node.op, ast.Or)
        result: Any = None
        for part in node.values:
            result = self.value(part)
            if bool(result) is stops:
                break
        return result

    def _compare(self, node: ast.Compare) -> bool:
        left = self.value(node.left)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.value(comparator)
            if not COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def _list(self, node: ast.List) -> list[Any]:
        return [self.value(item) for item in node.elts]

    def _subscript(self, node: ast.Subscript) -> Any:
        items, index = self.value(node.value), self.value(node.slice)
        if not isinstance(items, list):
            message = f"`{ast.unparse(node.value)}` is no list"
            raise self.fail(node, "GF119", message, "an index takes an element of a list")
        if isinstance(index, float) and index.is_integer():  # such as `log2(size)`
            index = int(index)
        if not isinstance(index, int) or not -len(items) <= index < len(items):
            message = (
                f"`{ast.unparse(node)}`: the list has {len(items)} elements, the index is {index}"
            )
            help = f"indices go from 0 to {len(items) - 1}" if items else "the list is empty"
            raise self.fail(node, "GF119", message, help)
        return items[index]

    def _listcomp(self, node: ast.ListComp) -> list[Any]:
        if len(node.generators) != 1 or not isinstance(node.generators[0].target, ast.Name):
            help = "such as `[2 * i for i in range(4)]`"
            raise self.fail(node, "GF107", "a list runs over one variable", help)
        generator, outer, result = node.generators[0], self.scope, []
        target = generator.target
        assert isinstance(target, ast.Name)
        items = self.value(generator.iter)
        if not isinstance(items, list):
            message = "a list is made `for` a variable `in` a list or range"
            raise self.fail(generator.iter, "GF119", message, "such as `[2 * i for i in range(4)]`")
        names = dict(outer.names)
        self.scope = replace(outer, names=names)
        for item in items:
            names[target.id] = item
            if all(self.value(test) for test in generator.ifs):
                result.append(self.value(node.elt))
        self.scope = outer
        return result

    def _call(self, node: ast.Call) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name in SHAPE_FUNCTIONS:
            return self._shape(node, name)
        if name == "range":
            return self._range(node)
        known = {**FUNCTIONS, **LIVE} if self.scope.live else dict(FUNCTIONS)
        if name not in known:
            help = did_you_mean(name, sorted({*known, "range"}))
            raise self.fail(node.func, "GF107", f"a formula cannot call `{name}`", help)
        values = [self.value(argument) for argument in node.args]
        self._spend(node, sum(len(value) for value in values if isinstance(value, list)))
        if name in LIVE and len(values) != 3:
            written = f"`{name}({', '.join(signature(LIVE[name]).parameters)})`"
            message = f"{written} takes 3 numbers, and {len(values)} are given"
            help = f"such as `{name}(2e-4, {'0.5' if name == 'staircase' else '1e-5'}, progress)`"
            raise self.fail(node, "GF119", message, help)
        return known[name](*values)

    def _range(self, node: ast.Call) -> list[int]:
        bounds = [self._whole(argument) for argument in node.args]
        if not 1 <= len(bounds) <= 3:
            message = "`range` takes one to three whole numbers"
            raise self.fail(node, "GF119", message, "such as `range(4)`")
        numbers = range(*bounds)
        if len(numbers) > MAX_LIST:
            message = f"a range of {len(numbers):,} exceeds {MAX_LIST:,} elements"
            raise self.fail(node, "GF118", message, SHORTER)
        self._spend(node, len(numbers))
        return list(numbers)

    def _whole(self, node: ast.expr) -> int:
        value = self.value(node)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise self.fail(
                node,
                "GF105",
                f"`{ast.unparse(node)}` is {shown(value)}, and a whole number is needed",
                "use `floor`, `ceil` or another size",
            )
        return int(value)

    def _shape(self, node: ast.Call, function: str) -> Any:
        if self.scope.tensors is None:
            message = f"`{function}` asks for a tensor, and none is in scope here"
            raise self.fail(
                node, "GF107", message, "shapes are known inside networks and blocks only"
            )
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Name):
            message = f"`{function}` takes the name of one tensor"
            raise self.fail(node, "GF107", message, f"such as `{function}(x)`")
        name = node.args[0].id
        if function == "has":
            return name in self.scope.tensors
        if name not in self.scope.tensors:
            help = did_you_mean(name, sorted(self.scope.tensors))
            raise self.fail(node.args[0], "GF106", f"no tensor `{name}` is in scope here", help)
        try:
            shape = self.scope.tensors[name]
        except FormulaError as error:  # no single tensor
            raise self.fail(node.args[0], error.code, error.message, error.help) from None
        return self._side(node, function, name, shape)

    def _side(self, node: ast.Call, function: str, name: str, shape: Shape) -> int:
        if shape is None:
            raise UnknownShapeError
        sides = shape.shape if isinstance(shape, Tensor) else ()
        if not sides or (function != "channels" and len(sides) != 3):
            message = f"`{name}` is {shape}: it has no {function}"
            raise self.fail(node, "GF119", message, "ask for the shape of an image")
        return int(getattr(shape, function))


def _item(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_item, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def shown(value: object) -> str:
    """A value as a message shows it: `6.58`, `"ten"`, `[1, 2]`."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value[:8]):
        return "a list of tables"
    if isinstance(value, list | tuple):
        text = (
            f"[{', '.join(map(_item, value[:8]))}]"
            if len(value) <= 8
            else f"a list of {len(value)}"
        )
        return text if len(text) <= 80 else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = f"{value:.4g}"
        rounded = text.removeprefix("-").isdigit() and not value.is_integer()
        return repr(value) if rounded else text
    if isinstance(value, str):
        return f'the word "{value}"'
    return str(value)
