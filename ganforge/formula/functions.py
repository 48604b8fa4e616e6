"""The operators and functions of formulas."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from ganforge.runtime.schedules import cosine, exponential, linear, staircase  # as in programs


def _sum(items: list[float]) -> float:
    """Of numbers only: a sum of lists would copy them again and again."""
    return sum(items)


BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "sqrt": math.sqrt,
    "log2": math.log2,
    "ceil": math.ceil,
    "floor": math.floor,
    "int": int,
    "round": round,
    "len": len,
    "sum": _sum,
}
LIVE: Mapping[str, Callable[..., Any]] = {
    "linear": linear,
    "cosine": cosine,
    "exponential": exponential,
    "staircase": staircase,
}
