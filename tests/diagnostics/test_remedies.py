"""Every error says what to do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry, load_registry

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("ganforge/**/*.py"), *ROOT.glob("plugins/**/*.py")])
SOURCES = [path for path in SOURCES if "testing" not in path.parts]  # no part of the compiler
HELP = {"FormulaError": 2, "ShapeError": 2, "fail": 3, "add": 3}
"""The place of the remedy among the arguments of what makes a finding."""

BASE = (ROOT / "tests/docs/base.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.mark.parametrize(
    ("override", "message", "help"),
    [
        (
            'flow.fake="lerp(x, x)"',
            "`lerp` takes (a, b, t), and 2 tensors are given",
            "write `lerp(a, b, t)` with tensors of yours",
        ),
        (
            'flow.fake="interpolate(x, x, z)"',
            "the third of `interpolate` is one number a sample, not 64",
            "leave it out: it is drawn for every sample",
        ),
        (
            'networks.D.layers=[{block="linear", out="[i for i in [1] if i if i][0]"}]',
            "this form of a list is not allowed in a formula",
            "join conditions: `[i for i in a if p and q]`",
        ),
        (
            'gan.name.first="x"',
            "`name` must be a word in quotes, not a table",
            'a word in quotes is written `"..."`',
        ),
        (
            f"{'.'.join('a' * 65)}=1",
            "a path has at most 64 parts",
            "name a value that the spec has",
        ),
    ],
)
def test_a_rare_mistake_has_its_remedy(
    registry: Registry, override: str, message: str, help: str
) -> None:
    report = compile_spec(BASE, [override], registry=registry).report
    assert (message, help) in [(error.message, error.help) for error in report.errors]


def test_a_number_of_too_many_digits_is_found_where_it_stands(registry: Registry) -> None:
    text = f"ganforge = 1\n[params]\na = {'9' * 5000}\n"
    (error,) = compile_spec(text, registry=registry).report.errors
    assert error.span is not None and (error.span.line, error.span.column) == (3, 5)
    assert error.help and error.help.startswith("write it as a power")


def test_no_source_makes_an_error_without_a_remedy() -> None:
    assert SOURCES
    found = [f"{path.relative_to(ROOT)}:{line}" for path in SOURCES for line in bare(path)]
    assert not found, found


def bare(path: Path) -> Iterator[int]:
    """The lines on which a finding is made without a remedy, or perhaps without one."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        place = HELP.get(name)
        if place is None or not makes_finding(name, node):
            continue
        named = [keyword.value for keyword in node.keywords if keyword.arg == "help"]
        given = (node.args[place : place + 1] or named or [None])[0]
        if is_nothing(given):
            yield node.lineno


def makes_finding(name: str, call: ast.Call) -> bool:
    """Whether a call makes one: it gives a code, or is of a class for that."""
    codes = [a.value for a in call.args[:2] if isinstance(a, ast.Constant)]
    coded = any(isinstance(code, str) and code.startswith("GF") for code in codes)
    spread = any(isinstance(a, ast.Starred) for a in call.args)
    return (coded or name.endswith("Error")) and not spread


def is_nothing(given: ast.expr | None) -> bool:
    if isinstance(given, ast.IfExp):
        return is_nothing(given.body) or is_nothing(given.orelse)
    return given is None or (isinstance(given, ast.Constant) and not given.value)
