"""Loops and conditions of layers: what a loop runs over, and which layers stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.document import Path
from ganforge.formula.evaluate import Value, shown
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


def stands(frame: Frame, layer: Mapping[str, Any], path: Path) -> bool:
    """Whether `when` lets a layer or a loop stand."""
    if "when" not in layer:
        return True
    value = computed(frame, layer["when"], (*path, "when"))
    if value is not None and not isinstance(value, bool):
        message = f"`when` must be true or false, and this is {shown(value)}"
        frame.findings.add("GF114", (*path, "when"), message, 'compare: `when = "i > 0"`')
        return True
    return value is not False


def loop_key(item: Value) -> Any:
    """A loop's value as the key of `down[k]`."""
    return repr(item) if isinstance(item, list) else item
