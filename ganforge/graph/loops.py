"""Loops and conditions of layers: what a loop runs over, and which layers stand."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from ganforge.document import Path
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import Value, evaluate, shown
from ganforge.formula.parse import parse_formula
from ganforge.graph.frame import Frame, computed
from ganforge.spec.names import check_name

LOOP_KEYS = ("for", "in", "layers", "when")


def loop_head(frame: Frame, layer: dict[str, Any], path: Path) -> tuple[str, list[Any]] | None:
    """The loop's variable and what it runs over; None after reporting what is wrong."""
    findings = frame.findings
    for key in layer:
        if key not in LOOP_KEYS:
            help = "a loop has `for`, `in`, `layers` and `when`"
            findings.add("GF102", (*path, key), f"unknown key `{key}` in a loop", help, key=True)
    variable, text = layer.get("for"), layer.get("in")
    if not isinstance(variable, str) or text is None:
        findings.add(
            "GF111",
            path,
            "a loop needs `for` and `in`",
            'write { for = "i", in = "range(4)", ... }',
        )
        return None
    if not check_name(variable, (*path, "for"), findings, key=False):
        return None
    if variable in frame.scope.names or variable in frame.tensors or variable in dict(frame.looped):
        message = f"the loop variable `{variable}` hides another name"
        findings.add("GF208", (*path, "for"), message, "choose another variable")
        return None
    items = _items(frame, text, (*path, "in"))
    return (variable, items) if items is not None else None


def _items(frame: Frame, text: object, path: Path) -> list[Any] | None:
    """What a loop runs over; None after reporting what is wrong."""
    if isinstance(text, list):
        items: Any = [computed(frame, item, (*path, k)) for k, item in enumerate(text)]
        if None in items:
            return None
    else:
        items = computed(frame, text, path)
    if isinstance(items, list) and not any(isinstance(item, dict) for item in items):
        return items
    if items is not None:
        message = f"a loop runs over a list of numbers, not {shown(items)}"
        frame.findings.add("GF114", path, message, 'such as "range(4)"')
    return None


def check_reached(
    frame: Frame, variable: str, items: list[Any], layers: list[dict[str, Any]], path: Path
) -> None:
    """GF206 for a layer that waits for a turn which the loop does not have: `i == 99`."""
    for k, layer in enumerate(layers):
        text = layer.get("when")
        asked = _turn(frame, variable, text) if isinstance(text, str) else None
        if asked is not None and asked >= 0 and items and asked not in items:
            message = f"`{text}` is never true: `{variable}` runs from {items[0]} to {items[-1]}"
            help = "name a turn of the loop, or remove the layer; -1 says that none is meant"
            frame.findings.add("GF206", (*path, k, "when"), message, help)


def _turn(frame: Frame, variable: str, text: str) -> float | None:
    """The number that a formula compares a loop's variable with, and nothing else."""
    try:
        tree = parse_formula(text)
        match tree:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[other]):
                number = evaluate(other, frame.current_scope(), text) if name == variable else None
                return number if isinstance(number, int | float) else None
    except (FormulaError, UnknownShapeError):
        return None
    return None


def stands(frame: Frame, layer: Mapping[str, Any], path: Path) -> bool:
    """Whether `when` lets a layer or a loop stand."""
    if "when" not in layer:
        return True
    value = computed(frame, layer["when"], (*path, "when"))
    if value is not None and isinstance(layer["when"], str) and frame.looped:
        _remember(frame, layer["when"], (*path, "when"))
    if value is not None and not isinstance(value, bool):
        message = f"`when` must be true or false, and this is {shown(value)}"
        frame.findings.add("GF114", (*path, "when"), message, 'compare: `when = "i > 0"`')
        return True
    return value is not False


def check_met(frame: Frame) -> None:
    """GF206 for a layer that waits for a size which no turn of the loops around it has:
    `height(prev) == 99`. Asked when the outermost loop has ended.
    """
    if frame.looped:
        return
    for (path, text), pairs in frame.compared.items():
        asked = {right for _, right in pairs}
        if len(asked) != 1 or min(asked) <= 0 or any(left == right for left, right in pairs):
            continue
        met = ", ".join(shown(left) for left in dict.fromkeys(left for left, _ in pairs))
        message = f"`{text}` is never true: the left side is {met} in the loop"
        help = "name a size that the loop comes to, or remove the layer; 0 says that none is meant"
        frame.findings.add("GF206", path, message, help)
    frame.compared.clear()


def _remember(frame: Frame, text: str, path: Path) -> None:
    """Keeps both sides of a formula that compares what a function gives with a number."""
    match parse_formula(text):
        case ast.Compare(left=ast.Call() as left, ops=[ast.Eq()], comparators=[right]):
            sides = [evaluate(side, frame.current_scope(), text) for side in (left, right)]
            if isinstance(sides[0], int | float) and isinstance(sides[1], int | float):
                frame.compared.setdefault((path, text), []).append((sides[0], sides[1]))


def loop_key(item: Value) -> Any:
    """A loop's value as the key of `down[k]`."""
    return repr(item) if isinstance(item, list) else item
