"""Where the params were written that a faulty place depends on, if that is in another file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ganforge.diagnostics.diagnostic import Label, Span
from ganforge.document import Document

DEPENDENT = ("GF105", "GF115", "GF118", "GF119", "GF3")
"""Rules, or their hundred, that a value breaks which formulas compute from params."""


def origins(document: Document, code: str, value: Any, span: Span | None) -> tuple[Label, ...]:
    """A label for each param that `value` depends on and that another file, or `--set`, gives."""
    params = document.values.get("params")
    if span is None or not isinstance(params, dict) or not code.startswith(DEPENDENT):
        return ()
    labels = []
    for name in _behind(value, params):
        declared = isinstance(params[name], dict)
        given = document.span(("params", name, "default") if declared else ("params", name))
        if given is not None and given.file != span.file and _is_given(params[name]):
            labels.append(Label(given, f"`{name}` is given here"))
    return tuple(labels)


def _behind(value: Any, params: dict[str, Any]) -> list[str]:
    """The params that a value names, and those which they are computed from."""
    found: dict[str, None] = {}
    stack = [value]
    while stack:
        for name in _names(stack.pop()):
            if name in params and name not in found:
                found[name] = None
                stack.append(params[name])
    return list(found)


def _names(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        inner = stack.pop()
        if isinstance(inner, dict | list):
            stack.extend(inner.values() if isinstance(inner, dict) else inner)
        elif isinstance(inner, str):
            yield from re.findall(r"[A-Za-z_]\w*", inner)


def _is_given(value: Any) -> bool:
    """Whether a param has a value of its own, and is not computed from others."""
    return not isinstance(value, str)
