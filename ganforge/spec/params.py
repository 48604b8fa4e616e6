"""`[params]`: numbers, words with choices, and formulas over other params."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Mapping
from typing import Any

from ganforge.document import Path
from ganforge.formula.errors import FormulaError
from ganforge.formula.evaluate import Scope, Value, evaluate, shown
from ganforge.formula.parse import parse_formula
from ganforge.spec.names import check_name
from ganforge.spec.validate import Findings

TYPES: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "word": (str,),
    "list": (list,),
}


def resolve_params(
    table: Mapping[str, Any],
    path: Path,
    findings: Findings,
    given: Mapping[str, Value] | None = None,
    scope: Scope | None = None,
) -> dict[str, Value]:
    """The values of a table of params, each formula computed after those it names.

    given: values from a call of a composite block, which go before the defaults. scope: what formulas may name besides.
    A param that cannot be computed is reported and left out.
    """
    given, scope = given or {}, scope or Scope()
    trees = _formulas(table, path, findings, given)
    values: dict[str, Value] = {}
    for name in _order(trees, path, findings):
        if name not in table or not check_name(name, (*path, name), findings):
            continue
        if name in given:
            value: Value | None = given[name]
        elif name in trees:
            value = _formula(trees[name], table[name], (*path, name), scope, values, findings)
        else:
            value = _declared(table[name], (*path, name), findings)
        if value is not None and _checked(table[name], name, value, path, findings):
            values[name] = value
    return values


def _formulas(
    table: Mapping[str, Any], path: Path, findings: Findings, given: Mapping[str, Value]
) -> dict[str, ast.expr]:
    trees: dict[str, ast.expr] = {}
    for name, value in table.items():
        if isinstance(value, str) and name not in given:
            try:
                trees[name] = parse_formula(value)
            except FormulaError as error:
                findings.formula(error, (*path, name))
                trees[name] = ast.Constant(0)
    trees.update({name: ast.Constant(0) for name in table if name not in trees})
    return trees


def _order(trees: Mapping[str, ast.expr], path: Path, findings: Findings) -> list[str]:
    uses = {
        name: {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in trees}
        for name, tree in trees.items()
    }
    try:
        return list(graphlib.TopologicalSorter(uses).static_order())
    except graphlib.CycleError as error:
        cycle = list(reversed(error.args[1]))
        text = " → ".join(cycle)
        findings.add("GF108", (*path, cycle[0]), f"these params depend on each other: {text}", text)
        return [name for name in trees if name not in cycle]


def _formula(
    tree: ast.expr,
    text: object,
    path: Path,
    scope: Scope,
    values: Mapping[str, Value],
    findings: Findings,
) -> Value | None:
    if not isinstance(text, str):
        return _declared(text, path, findings)
    try:
        return evaluate(tree, scope.with_names(values), text)
    except FormulaError as error:
        if error.code == "GF106" and text.isidentifier():
            help = (
                f'a word is declared: {path[-1]} = {{ choices = ["{text}"], default = "{text}" }}'
            )
            findings.add("GF104", path, f'"{text}" is no formula over the params', help)
        else:
            findings.formula(error, path)
        return None


def _declared(value: object, path: Path, findings: Findings) -> Value | None:
    if isinstance(value, bool | int | float | list):
        return value
    if isinstance(value, dict):
        unknown = [key for key in value if key not in ("choices", "default", "type")]
        for key in unknown:
            findings.add(
                "GF102",
                (*path, key),
                f"unknown key `{key}`",
                "a param has `type`, `choices`, `default`",
                key=True,
            )
        if "default" in value:
            return value["default"]  # type: ignore[no-any-return]
        if not unknown:
            name = path[-1]
            findings.add("GF111", path, f"the param `{name}` must be given", f"--set {name}=VALUE")
        return None
    findings.add(
        "GF114",
        path,
        f"a param is a number, true or false, a list or a formula, not {shown(value)}",
    )
    return None


def _checked(declared: object, name: str, value: Value, path: Path, findings: Findings) -> bool:
    if not isinstance(declared, dict):
        return True
    choices, kind = declared.get("choices"), declared.get("type")
    if isinstance(choices, list) and value not in choices:
        names = ", ".join(map(str, choices))
        findings.add(
            "GF110", (*path, name), f"`{name}` cannot be {shown(value)}", f"choices: {names}"
        )
        return False
    if isinstance(kind, str) and kind not in TYPES:
        names = ", ".join(TYPES)
        findings.add(
            "GF110", (*path, name, "type"), f'"{kind}" is no type of a param', f"types: {names}"
        )
        return False
    wrong = isinstance(kind, str) and not isinstance(value, TYPES[kind])
    if wrong or (kind in ("int", "float") and isinstance(value, bool)):
        findings.add("GF114", (*path, name), f"`{name}` must be of type {kind}, not {shown(value)}")
        return False
    return True
