"""Numbers that no formula can hold are refused where they are written."""

from __future__ import annotations

from typing import Any

from ganforge.document import Path
from ganforge.formula.evaluate import MAX_VALUE
from ganforge.spec.findings import Findings


def check_numbers(values: Any, findings: Findings) -> bool:
    """GF115 for infinite, undefined and huge numbers; whether there are none. Iterative: layers may
    be many.
    """
    found = False
    stack: list[tuple[Path, Any]] = [((), values)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack.extend(((*path, key), child) for key, child in value.items())
        elif isinstance(value, list):
            stack.extend(((*path, k), child) for k, child in enumerate(value))
        elif isinstance(value, int | float) and not abs(value) <= MAX_VALUE:
            found = True
            name = next((step for step in reversed(path) if isinstance(step, str)), "this")
            given = str(value) if isinstance(value, float) else "too large"
            message = f"`{name}` is {given}: numbers lie between -1e15 and 1e15"
            findings.add("GF115", path, message, "write a finite number of usual size")
    return not found
