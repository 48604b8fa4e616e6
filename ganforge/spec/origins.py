"""What a finding has to do with other places than its own: params that another file gives, what
`without` took away, and the spec that extends the file in which it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Label, Severity, Span
from ganforge.document import Document, Path, Removal
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import Scope, evaluate, shown
from ganforge.formula.parse import parse_formula

SHAPE = "GF3"
"""The hundred of rules about shapes."""

DEPENDENT = ("GF105", "GF115", "GF118", "GF119", SHAPE)
"""Rules, or their hundred, that a value breaks which formulas compute from params."""


def origins(document: Document, code: str, value: Any, span: Span | None) -> tuple[Label, ...]:
    """A label for each param that `value` depends on and that another file, or `--set`, gives."""
    params = document.values.get("params")
    if span is None or not isinstance(params, dict) or not code.startswith(DEPENDENT):
        return ()
    labels = (label_of(name, document) for name in given_behind(value, params))
    return tuple(label for label in labels if label and label.span.file != span.file)


def given_behind(value: Any, params: dict[str, Any]) -> list[str]:
    """The params with a value of their own that a value is computed from."""
    return [name for name in _behind(value, params) if _is_given(params[name], params)]


def label_of(name: str, document: Document) -> Label | None:
    """Where a param has its value, and which."""
    param = document.values["params"][name]
    declared = isinstance(param, dict)
    span = document.span(("params", name, "default") if declared else ("params", name))
    value = _value(param)
    formula = isinstance(value, str) and not declared
    return Label(span, f"`{name}` is {value if formula else shown(value)}") if span else None


MISSING = ("GF111", "GF116", "GF601")
LENGTHS = ("kimg", "rounds", "epochs")
UNKNOWN = ("GF106", "GF201", "GF419", "GF507", "GF602")


def removal(document: Document, code: str, path: Path, message: str) -> Removal | None:
    """The entry of `without` that took away what a finding misses.

    A finding that misses a key stands at its table; one that does not know a name begins with it.
    """
    for gone in document.removed:
        if code in MISSING and gone.path[: len(path)] == path and _misses(code, message, gone):
            return gone
        if code in UNKNOWN and set(re.findall(r'[`"](\w+)[`"]', message)[:1]) & gone.names:
            return gone
    return None


def _misses(code: str, message: str, gone: Removal) -> bool:
    """Whether what was taken away is what a finding misses: a key, a table, a length."""
    table, *rest = gone.path
    if code == "GF111":
        return f"`{gone.path[-1]}`" in message
    if code == "GF601":
        return not rest or rest[0] in LENGTHS
    inside = rest[:1] == ["fields"] if table == "data" else len(rest) < 2
    return f"`[{table}]`" in message and (not rest or inside)


def traced(found: Iterable[Diagnostic], document: Document) -> Iterator[Diagnostic]:
    """The findings; those in a file that is extended name the place that extends it. What an entry
    of `without` brings about is told once.
    """
    found = list(found)
    at, entries, told = document.extends, {gone.span for gone in document.removed}, set[Span]()
    wrong = {finding.span for finding in found if finding.severity is Severity.ERROR}
    for finding in found:
        if finding.span in told:
            continue
        if finding.code == "GF122" and finding.span in wrong:
            continue  # a misspelled kind: what falls away by it is not told
        if finding.span in entries and finding.code in (*MISSING, *UNKNOWN):
            told.add(finding.span)
        places = [label.span for label in finding.related]
        spans = [finding.span, *places] if finding.span else places
        if at is not None and spans and all(document.distance(span) for span in spans):
            label = Label(at, "extended here")
            finding = replace(finding, related=(*finding.related, label))
        yield finding


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
            yield from re.findall(r"[A-Za-z_]\w*\b(?!\s*\()", inner)  # no functions


def _is_given(value: Any, params: dict[str, Any]) -> bool:
    """Whether a param has a value of its own, and is not computed from others."""
    return not isinstance(value, str) or not params.keys() & set(_names(value))


def fitting(document: Document, value: Any) -> str | None:
    """The powers of two next to a param with which a formula of whole numbers can be computed."""
    params = document.values.get("params")
    if not isinstance(value, str) or not isinstance(params, dict):
        return None
    for name in _behind(value, params):
        number = _value(params[name])
        if isinstance(number, int) and not isinstance(number, bool) and number > 1:
            low = 1 << (number.bit_length() - 1)
            fit = [n for n in (low, 2 * low) if _computes(value, {**params, name: n})]
            if fit and not _computes(value, params):
                return f"write `{name} = {fit[0]}`" + "".join(f" or `{n}`" for n in fit[1:])
    return None


def _computes(text: str, params: dict[str, Any]) -> bool:
    """Whether a formula over params has a value, and a whole one where it is a number."""
    values: dict[str, Any] = {}
    left = {name: _value(param) for name, param in params.items()}
    while ready := [n for n, v in left.items() if not set(_names(v)) & left.keys()]:
        for name in ready:
            value = left.pop(name)
            values[name] = _evaluated(value, values) if isinstance(value, str) else value
    result = _evaluated(text, values)
    return result is not None and (not isinstance(result, float) or result.is_integer())


def _evaluated(text: str, values: dict[str, Any]) -> Any:
    known = {name: value for name, value in values.items() if value is not None}
    try:
        return evaluate(parse_formula(text), Scope().with_names(known), text)
    except (FormulaError, UnknownShapeError):
        return None


def _value(param: Any) -> Any:
    return param.get("default") if isinstance(param, dict) else param
