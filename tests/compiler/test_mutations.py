"""Shipped specs with mistakes in them: never an exception, and what is accepted has a program."""

from __future__ import annotations

import ast
import copy
import random
import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganforge.document import shipped, shipped_names
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry

WORDS = [
    "x",
    "z",
    "fake",
    "G(z)",
    "D(fake)",
    "D(x)",
    "G(x)",
    "G",
    "prev",
    "1/0",
    "10**400",
    "-1",
    "nan",
    "'a'",
    "x[0]",
    "x.y",
    "é",
    "日本",
    "{width}",
    "{",
    "}",
    "{}",
    "\\",
    "(",
    "range(5)",
    "[1,2]",
    "step",
    "level",
    "progress",
    "concat(x,z)",
    "split(z,parts=2)",
    "detach(D(x))",
    "fresh(D(x))",
    "one_hot(z)",
    "D(x)+D(fake)",
    "-D(x)",
    "D(x)*progress",
    "2*z",
    "z/0",
    "size",
    "width",
    "conv",
    "batch",
    "relu",
    "adam",
    "none",
    "spectral",
    "class",
    "has(x)",
    "channels(prev)",
    '"""',
    "'''",
    "upsample(x,**z)",
    "{{x}}",
    "{%if%}",
    "\u202e",
    "\x00",
    "*",
    "",
    " ",
    "\n",
    "not x",
    "x if z else y",
]
NUMBERS = [0, -1, 1, 2, 7, 1.5, -0.5, 1e30, 10**400, float("inf"), float("nan"), True, False]
KEYS = [
    "block",
    "out",
    "id",
    "from",
    "side",
    "when",
    "for",
    "in",
    "layers",
    "norm",
    "act",
    "kind",
    "kernel",
    "padding",
    "weights",
    "init",
    "inputs",
    "outputs",
    "like",
    "frozen",
    "defaults",
    "size",
    "shape",
    "range",
    "channels",
    "classes",
    "lr",
    "betas",
    "steps",
    "networks",
    "batch",
    "players",
    "ema",
    "trains",
    "weight",
    "every",
    "scale",
    "choices",
    "default",
    "type",
    "x",
    "z",
    "fake",
    "D",
    "G",
    "critic",
    "é",
    "a b",
    "",
    "class",
]
SIGNS = ["(", ")", "[", "+", "**", "'", '"', "{", "}", "\\", " ", "\n", "{{", "é", " if ", "="]

Tree = Any


class Mutations:
    """Random changes of a tree of TOML values."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def value(self, depth: int = 0) -> Tree:
        kind = self.random.randrange(6 if depth < 3 else 4)
        if kind < 2:
            return self.random.choice(WORDS)
        if kind < 4:
            return self.random.choice(NUMBERS)
        count = self.random.randrange(4)
        if kind == 4:
            return [self.value(depth + 1) for _ in range(count)]
        return {self.random.choice(KEYS): self.value(depth + 1) for _ in range(count)}

    def apply(self, tree: Tree) -> None:
        places = list(_places(tree))
        if not places:
            return
        holder, key = self.random.choice(places)
        change = self.random.choice([self.delete, self.retype, self.misspell, self.copy, self.type])
        change(holder, key, places)

    def delete(self, holder: Tree, key: Any, places: list[tuple[Tree, Any]]) -> None:
        del holder[key]

    def retype(self, holder: Tree, key: Any, places: list[tuple[Tree, Any]]) -> None:
        holder[key] = self.value()

    def misspell(self, holder: Tree, key: Any, places: list[tuple[Tree, Any]]) -> None:
        if isinstance(holder, dict):
            holder[f"{key[:2]}{self.random.choice('xé_- ')}{key[2:]}"] = holder.pop(key)
        else:
            holder.insert(key, copy.deepcopy(holder[key]))

    def copy(self, holder: Tree, key: Any, places: list[tuple[Tree, Any]]) -> None:
        other, its = self.random.choice(places)
        holder[key] = copy.deepcopy(other[its])

    def type(self, holder: Tree, key: Any, places: list[tuple[Tree, Any]]) -> None:
        text = holder[key]
        if not isinstance(text, str):
            holder[key] = str(text)
            return
        at = self.random.randrange(len(text) + 1)
        end = at + self.random.randrange(2)
        holder[key] = text[:at] + self.random.choice(SIGNS) + text[end:]


def _places(tree: Tree) -> list[tuple[Tree, Any]]:
    found: list[tuple[Tree, Any]] = []
    stack = [tree]
    while stack:
        holder = stack.pop()
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        found.extend((holder, key) for key in keys)
        stack.extend(holder[key] for key in keys if isinstance(holder[key], dict | list))
    return found


def check(text: str, registry: Registry) -> None:
    """The claim: a report, and a program that parses where there is no error."""
    compilation = compile_spec(f"{text}\n", registry=registry)
    assert str(compilation.report)
    assert all(finding.message for finding in compilation.report.diagnostics)
    if compilation.report.ok:
        ast.parse(compilation.program().text)


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(["gan", "dcgan"]),
    seed=st.integers(0, 2**32),
    count=st.sampled_from([1, 1, 1, 2, 4]),
)
def test_a_changed_spec_never_raises(registry: Registry, name: str, seed: int, count: int) -> None:
    path = shipped(name)
    assert path is not None
    tree, mutations = tomllib.loads(path.read_text()), Mutations(seed)
    for _ in range(count):
        mutations.apply(tree)
    check(tomli_w.dumps(tree), registry)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    old=st.sampled_from(['"D(fake)"', '"G(z)"', "64", "2e-4", '"base"', '"shapes"', '"tanh"']),
    text=st.text(max_size=40) | st.sampled_from(WORDS),
)
def test_any_string_anywhere_never_raises(
    base: str, registry: Registry, old: str, text: str
) -> None:
    written = tomli_w.dumps({"a": text}).partition("=")[2].strip()
    check(base.replace(old, written, 1), registry)


ATOMS = st.sampled_from(
    ["x", "z", "fake", "width", "2", "0.5", "progress", "prev", "'a'", "[x, z]"]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "<", " and "]), inner)
    names = ["G", "D", "concat", "detach", "fresh", "upsample", "min", "sum", "sqrt", "has", "x"]
    call = st.tuples(st.sampled_from(names), inner).map(lambda p: f"{p[0]}({p[1]})")
    chosen = st.tuples(inner, inner).map(lambda p: f"{p[0]} if {p[1]} else x")
    return pair.map("".join) | call | chosen | inner.map(lambda t: f"({t})[0]")


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    old=st.sampled_from(['"D(fake)"', '"G(z)"', "64", "2e-4", "16", "8, 8"]),
    text=st.recursive(ATOMS, _grown, max_leaves=8),
)
def test_any_formula_and_wiring_never_raises(
    base: str, registry: Registry, old: str, text: str
) -> None:
    spec = base.replace(old, f'"{text}"', 1)
    check(f"{spec}\n[params]\nwidth = 8\n", registry)


SPECS = sorted(set(shipped_names()))
TABLES = [
    "gan",
    "params",
    "data",
    "latents",
    "blocks",
    "networks",
    "flow",
    "losses",
    "train",
    "sample",
]


@pytest.mark.parametrize("value", ["5", '"x"', "[]", "[1]", "[{}]", "{}", "true", "2020-01-01"])
@pytest.mark.parametrize("table", [*TABLES, "data.fields", "networks.G", "networks.G.layers"])
def test_a_table_of_another_type_is_reported(registry: Registry, table: str, value: str) -> None:
    tree = tomllib.loads((shipped("dcgan") or shipped(SPECS[0])).read_text())  # type: ignore[union-attr]
    holder = tree
    *above, last = table.split(".")
    for key in above:
        holder = holder[key]
    holder[last] = tomllib.loads(f"a = {value}")["a"]
    check(tomli_w.dumps(tree), registry)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "\x00\x01\x02\n", "[" * 5000])
def test_what_is_no_spec_is_reported(registry: Registry, text: str) -> None:
    assert not compile_spec(f"{text}\n", registry=registry).report.ok
