"""`[params]`: numbers, words with choices, and formulas over other params."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Mapping
from typing import Any

from ganforge.document import Path
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import Scope, Value, evaluate, shown
from ganforge.formula.parse import parse_formula
from ganforge.spec.findings import Findings
from ganforge.spec.names import check_name

TYPES: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "word": (str,),
    "list": (list,),
}
KEYS = ("type", "choices", "default")


def resolve_params(
    table: Mapping[str, Any],
    path: Path,
    findings: Findings,
    given: Mapping[str, Value] | None = None,
    scope: Scope | None = None,
) -> dict[str, Value]:
    """The values of a table of params, each formula computed after those it names.

    given: values from a call of a composite block, which go before the defaults. scope: what
    formulas may name besides.
    A param that cannot be computed is reported and left out.
    """
    given, scope = given or {}, scope or Scope()
    named = {name for name in table if check_name(name, (*path, name), findings)}
    formulas = {
        name: value
        for name, value in table.items()
        if name in named and name not in given and isinstance(value, str)
    }
    trees = _trees(formulas, path, findings)
    values: dict[str, Value] = {}
    unread = frozenset(named)
    for name in _order(trees, table, path, findings):
        if name not in named:
            continue
        if name in given:
            value: Value | None = given[name]
        elif name in formulas:
            inner = scope.with_names(values).without(unread - set(values))
            value = _formula(trees.get(name), formulas[name], (*path, name), inner, findings)
        else:
            value = declared_value(table[name], (*path, name), findings)
        if value is not None:
            values[name] = value
    return values


def _trees(formulas: Mapping[str, str], path: Path, findings: Findings) -> dict[str, ast.expr]:
    trees: dict[str, ast.expr] = {}
    for name, text in formulas.items():
        try:
            trees[name] = parse_formula(text)
        except FormulaError as error:
            findings.formula(error, (*path, name))
    return trees


def _order(
    trees: Mapping[str, ast.expr], table: Mapping[str, Any], path: Path, findings: Findings
) -> list[str]:
    uses = {name: set[str]() for name in table}
    for name, tree in trees.items():
        uses[name] = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} & set(table)
    while any(uses.values()):
        try:
            return list(graphlib.TopologicalSorter(uses).static_order())
        except graphlib.CycleError as error:
            cycle = list(reversed(error.args[1]))
            text = " → ".join(cycle)
            message = f"these params depend on each other: {text}"
            findings.add("GF108", (*path, cycle[0]), message, "give one of them a number")
            uses = {name: used - set(cycle) for name, used in uses.items() if name not in cycle}
    return list(uses)


def _formula(
    tree: ast.expr | None, text: str, path: Path, scope: Scope, findings: Findings
) -> Value | None:
    if tree is None:
        return None
    try:
        return evaluate(tree, scope, text)
    except UnknownShapeError:
        return None
    except FormulaError as error:
        if text in TYPES:
            help = f'a type is declared: `{path[-1]} = {{ type = "{text}" }}`'
            findings.add("GF104", path, f'"{text}" is no formula over the params', help)
        elif error.code == "GF106" and re.fullmatch(r"[A-Za-z]\w*(-\w+)*", text):
            help = (
                f'a word is declared: {path[-1]} = {{ choices = ["{text}"], default = "{text}" }}'
            )
            findings.add("GF104", path, f'"{text}" is no formula over the params', help)
        else:
            findings.formula(error, path)
        return None


def declared_value(value: object, path: Path, findings: Findings) -> Value | None:
    """The value of a declaration that is no formula; None after reporting what is wrong."""
    if isinstance(value, dict):
        return _default(value, path, findings)
    if isinstance(value, bool | int | float) or (isinstance(value, list) and _plain(value)):
        return value
    if isinstance(value, list):
        message = f"the list `{path[-1]}` holds something that is neither number nor word nor list"
        findings.add("GF114", path, message, "lists of params hold numbers, words and lists")
        return None
    message = f"a param is a number, true or false, a list or a formula, not {shown(value)}"
    findings.add("GF114", path, message, f"write `{path[-1]} = 64`")
    return None


def _plain(value: list[Any]) -> bool:
    stack: list[Any] = list(value)
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif not isinstance(item, bool | int | float | str):
            return False
    return True


def _default(value: Mapping[str, Any], path: Path, findings: Findings) -> Value | None:
    name = path[-1]
    if not _declaration(value, path, findings):
        return None
    if "default" not in value:
        message = f"the param `{name}` must be given"
        findings.add("GF111", path, message, f"`--set {name}=VALUE`, or a `default`")
        return None
    default, where = value["default"], (*path, "default")
    if not isinstance(default, bool | int | float | str | list):
        message = f"`{name}` must be a number, a word or a list"
        findings.add("GF114", where, message, "write `default = 64`")
        return None
    return default if check_value(value, default, where, findings) else None


def _declaration(value: Mapping[str, Any], path: Path, findings: Findings) -> bool:
    """Whether a table declares a param: its keys, its type and its choices."""
    for key in value:
        if key not in KEYS:
            help = "a param has `type`, `choices` and `default`"
            findings.add("GF102", (*path, key), f"unknown key `{key}`", help, key=True)
    kind, choices = value.get("type"), value.get("choices")
    if "type" in value and (not isinstance(kind, str) or kind not in TYPES):
        message = f"{shown(kind)} is no type of a param"
        findings.add("GF110", (*path, "type"), message, f"types: {', '.join(TYPES)}")
        return False
    if "choices" in value and (not isinstance(choices, list) or not choices):
        message = "`choices` must be a list of at least one value"
        findings.add("GF114", (*path, "choices"), message, 'write `choices = ["batch", "none"]`')
        return False
    return all(key in KEYS for key in value)


def as_declared(declared: object, value: Value | None) -> Value | None:
    """A value of a formula; a whole number such as `log2(size)` gives it, 5.0, as an `int` is."""
    kind = declared.get("type") if isinstance(declared, dict) else None
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def check_value(declared: object, value: Value, path: Path, findings: Findings) -> bool:
    """Whether a value is of the type and among the choices that a param declares."""
    if not isinstance(declared, dict):
        return True
    choices, kind = declared.get("choices"), declared.get("type")
    name = path[-2] if path[-1] == "default" else path[-1]
    if isinstance(choices, list) and not any(_same(value, choice) for choice in choices):
        names = f"choices: {', '.join(map(str, choices))}"
        findings.add("GF110", path, f"`{name}` cannot be {shown(value)}", names)
        return False
    if isinstance(kind, str) and kind in TYPES and not _is_of(kind, value):
        message = f"`{name}` must be of type {kind}, and this is {shown(value)}"
        findings.add("GF114", path, message, f"give a value of type {kind}")
        return False
    return True


def _same(value: object, choice: object) -> bool:
    return value == choice and isinstance(value, bool) is isinstance(choice, bool)


def _is_of(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "bool"
    return isinstance(value, TYPES[kind])
