"""Calls and values as Python text. Text from a spec enters the program here, by `repr` alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ganforge.codegen.names import Imports
from ganforge.plugins.calls import Call, Matrix, Ref
from ganforge.plugins.live import Changing


def literal(value: Any) -> str:
    """A number, word, truth value, None, or tuple or list of these, as Python writes it."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, tuple):
        inner = ", ".join(literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    raise TypeError(f"{type(value).__name__} cannot stand in a program")


def _number(value: float) -> str:
    """As short as it is exact: `2e-4`, `0.5`, `1e-8`."""
    if value == 0 or 1e-3 <= abs(value) < 1e16:
        return repr(value)
    mantissa, _, exponent = f"{value:e}".partition("e")
    short = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return short if float(short) == value else repr(value)


def write_call(
    call: Call,
    imports: Imports,
    refs: Mapping[str, str] | None = None,
    number: Callable[[Changing], str] | None = None,
) -> str:
    """The call as text; `refs` gives the expression of each tensor, and of a loss's own module,
    `number` that of a live number.
    """
    parts = [_argument(a, imports, refs, number) for a in call.args]
    parts += [f"{k}={_argument(v, imports, refs, number)}" for k, v in call.kwargs.items()]
    own, dot, method = call.target.partition(".")
    if own == "self":
        return f"{(refs or {})['self']}{dot}{method}({', '.join(parts)})"
    return f"{imports.use(call.target)}({', '.join(parts)})"


def _argument(
    value: Any,
    imports: Imports,
    refs: Mapping[str, str] | None,
    number: Callable[[Changing], str] | None,
) -> str:
    if isinstance(value, Call):
        return write_call(value, imports, refs, number)
    if isinstance(value, Changing) and number is not None:
        return number(value)
    if isinstance(value, Ref):
        return (refs or {})[value.name]
    if isinstance(value, Matrix):
        return imports.matrix(value)
    if isinstance(value, list | tuple) and any(isinstance(v, Ref | Call) for v in value):
        inner = ", ".join(_argument(v, imports, refs, number) for v in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner},)"
    return literal(value)


ATOM = 100
POWER = {"+": 1, "-": 1, "*": 2, "/": 2}


def arithmetic(operator: str, operands: list[tuple[str, int]]) -> tuple[str, int]:
    """`a + b` with parentheses only where they are needed; operands come with their binding
    strength.
    """
    strength = POWER[operator]
    if len(operands) == 1:
        text, inner = operands[0]
        return f"-{text if inner > 2 else f'({text})'}", 3
    (left, a), (right, b) = operands
    left = left if a >= strength else f"({left})"
    right = right if b > strength else f"({right})"
    return f"{left} {operator} {right}", strength
