"""No text of a spec becomes code: it is refused, or stands in the program as a string or a name.

Each run replaces every text of every spec, many at once: what an error tells of is taken back until
the spec is compiled, and what is left must not have changed the program. Others are replaced alone.
"""

from __future__ import annotations

import ast
import copy
import re
import sys
import tomllib
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path as Path
from typing import Any

import pytest
import tomli_w
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st

import ganforge
from ganforge.diagnostics.diagnostic import Span
from ganforge.diagnostics.formats.text import render
from ganforge.document import Document, load, shipped, shipped_names
from ganforge.pipeline import Compilation, compile_spec
from ganforge.plugins.registry import Registry, load_registry

SPEC = """
ganforge = 1
[gan]
name = "hostile"
title = "A title"
paper = "https://example.org"
notes = "Some notes."
[params]
width = 4
word = { choices = ["relu", "tanh"], default = "relu" }
[data]
source = "folder"
[data.fields]
x = { kind = "image", channels = 1, size = 8, from = "left" }
label = { kind = "class", classes = 3, from = "names" }
[latents]
z = { distribution = "normal", size = 4 }
[conditioning]
y = { field = "label", draw = "uniform" }
[blocks.up]
params = { out = { type = "int" } }
layers = [{ block = "linear", out = "out", act = "{word}", id = "inner" }]
[networks.G]
inputs = ["z", "y"]
init = { kind = "normal", std = 0.02 }
layers = [
  { block = "up", out = "width * 4", from = "concat(z, one_hot(y))", id = "first" },
  { block = "linear", out = 64, act = "tanh", from = "prev" },
  { block = "reshape", shape = [1, 8, 8] },
]
[networks.D]
inputs = ["x", "y"]
weights = "spectral"
outputs = { score = "last" }
layers = [
  { block = "flatten" },
  { block = "linear", out = 1, from = "concat(prev, one_hot(y))", id = "last" },
]
[flow]
fake = "G(z, y)"
[losses.adversarial]
kind = "adversarial"
objective = "hinge"
real = "D(x, label).score"
fake = "D(fake, y).score"
weight = "1 - 0.5 * progress"
[train]
batch = 4
rounds = 10
optimizer = { kind = "adam", lr = "1e-3 * (1 - 0.5 * progress)" }
[sample]
images = ["fake"]
rows = "y"
"""

HOSTILE = [
    '"', "'", '"""', "'''", "\\", '\\"', "\n", "\r", "\t", "\0", "\x1b[31m", "\u2028", "\ufeff",
    "{", "}", "{width}", "{{ 7 * 7 }}", "{% raw %}", "{# #}", "${HOME}", "%s", "%(x)s", "$(id)",
    "__import__('os').system('id')", "'); import os; ('", "\n\nimport os\n", "#", "\\N{DIGIT ONE}",
    "../../etc/passwd", "/etc/passwd", "..", "a/b", "C:\\x", "-", "--out=x", "x\n    pass",
    "\uff4e\uff41\uff4d\uff45", "\u0440\u0435\u043b\u0443", "\u202e", "e\u0301", "\U0001d4e7",
    "class", "None", "self", "__class__", "torch", "lambda: 0", "a if b else c", "x := 1",
]  # fmt: skip
EVERYTHING = ("".join(HOSTILE), "".join(reversed(HOSTILE)), "\\")
"""All of it, for what takes any text; ends matter too, as a backslash before a closing quote."""
WORDS = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join),
)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Steps = tuple[str | int, ...]
VALUES: dict[str, Any] = tomllib.loads(SPEC)
"""A spec in which every kind of text occurs."""
TINY = tomllib.loads((Path(__file__).parents[1] / "tiny.toml").read_text())


@cache
def document_of(name: str) -> Document:
    """A shipped spec with all that it inherits."""
    path = shipped(name)
    assert path is not None
    document, _ = load(path)
    assert document is not None
    return document


def small(name: str) -> dict[str, Any]:
    """The values of a shipped spec, of a size that is compiled soon."""
    values = copy.deepcopy(dict(document_of(name).values))
    for key, value in TINY.get(name, {}).items():
        *above, last = key.split(".") if "." in key else ("params", key)
        table = values
        for step in above:
            table = table.setdefault(step, {})
        holder, last = (
            (table[last], "default") if isinstance(table.get(last), dict) else (table, last)
        )
        holder[last] = value
    return values


ALL: dict[str, dict[str, Any]] = {"": VALUES} | {name: small(name) for name in shipped_names()}


def places(value: Any, path: Steps = ()) -> Iterator[tuple[Steps, bool]]:
    """Every text of a spec: where it stands, and whether it is a key."""
    if isinstance(value, str):
        yield path, False
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for step, inner in items:
        if isinstance(step, str):
            yield (*path, step), True
        yield from places(inner, (*path, step))


def changed(path: Steps, is_key: bool, text: str, *, whole: bool, spec: str = "") -> str:
    """A spec with one text replaced, or with something behind it."""
    values = copy.deepcopy(ALL[spec])
    table: Any = values
    for step in path[:-1]:
        table = table[step]
    last = path[-1]
    if is_key:
        new = text if whole else f"{last}{text}"
        items = [(new if key == last else key, value) for key, value in table.items()]
        table.clear()
        table.update(items)
    else:
        table[last] = text if whole else f"{table[last]}{text}"
    return f"# hostile\n{tomli_w.dumps(values)}"


@cache
def registry() -> Registry:
    return load_registry()


def shape_of(code: str) -> tuple[str, set[str]]:
    """The syntax tree with every string and name taken out, and the names."""
    tree, names = ast.parse(code), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        for field in ("id", "arg", "attr", "name", "asname", "module"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                names |= set(value.split("."))
                setattr(node, field, "_")
    return ast.dump(tree), names


@cache
def usual(spec: str) -> tuple[str, set[str]]:
    program = compile_spec(f"# usual\n{tomli_w.dumps(ALL[spec])}", registry=registry())
    assert program.report.ok, program.report
    return shape_of(program.program().text)


TEXTS = [(spec, *place) for spec, values in ALL.items() for place in places(values)]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(place=st.sampled_from(TEXTS), text=WORDS, whole=st.booleans())
def test_hostile_text_is_reported_or_harmless(
    place: tuple[str, Steps, bool], text: str, whole: bool
) -> None:
    spec, path, is_key = place
    expected, known = usual(spec)
    written = changed(path, is_key, text, whole=whole, spec=spec)
    compilation = compile_spec(written, registry=registry())
    if not compilation.report.ok:
        assert str(compilation.report).count("error[GF") == len(compilation.report.errors)
        return
    shape, names = shape_of(compilation.program().text)
    assert {name for name in names - known if not NAME.fullmatch(name)} == set()
    assert shape == expected


Place = tuple[Steps, bool]
Texts = dict[Place, str]


def written_in(spec: str) -> list[Place]:
    """The texts that stand in the file of a spec itself, and are not inherited."""
    found = list(places(ALL[spec]))
    if not spec:
        return found
    document = document_of(spec)
    return [(path, is_key) for path, is_key in found if not document.inherited(path, key=is_key)]


def was(spec: str, place: Place) -> str:
    path, is_key = place
    value: Any = ALL[spec]
    for step in path:
        value = value[step]
    return str(path[-1] if is_key else value)


def hostile(spec: str, place: Place) -> str:
    """What a text is replaced by: chosen by its place; keys of a table stay different."""
    number, old = zlib.crc32(repr((spec, place)).encode()), was(spec, place)
    whole, text = number // len(HOSTILE) % 2, HOSTILE[number % len(HOSTILE)]
    if whole:
        return f"{text}{old}" if place[1] else text
    return f"{old}{text}"


def rewritten(value: Any, texts: Texts, path: Steps = ()) -> Any:
    """The values of a spec with many texts replaced."""
    if isinstance(value, dict):
        return {
            texts.get(((*path, key), True), key): rewritten(inner, texts, (*path, key))
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [rewritten(inner, texts, (*path, k)) for k, inner in enumerate(value)]
    return texts.get((path, False), value) if isinstance(value, str) else value


def place_now(path: Steps, texts: Texts) -> Steps:
    """Where something stands once keys are replaced."""
    return tuple(texts.get((path[: k + 1], True), step) for k, step in enumerate(path))


def is_told(spec: str, place: Place, texts: Texts, compiled: Compilation) -> bool:
    """Whether an error stands at a text, or names in quotes what the text was before: a name that
    is used elsewhere and no longer there, a key that a table lacks.
    """
    if compiled.document is None:  # it has no version, so it is no spec
        return place == (("ganforge",), True)
    own = compiled.document.span(place_now(place[0], texts), key=place[1])
    return any(
        within(found.span, own) or f"`{was(spec, place)}`" in f"{found.message} {found.help}"
        for found in compiled.report.errors
    )


def within(inner: Span | None, outer: Span | None) -> bool:
    if inner is None or outer is None or inner.file != outer.file:
        return False
    start, end = (outer.line, outer.column), (outer.end_line, outer.end_column)
    return start <= (inner.line, inner.column) and (inner.end_line, inner.end_column) <= end


def settle(spec: str, texts: Texts) -> tuple[set[Place], set[Place]]:
    """All these texts replaced at once, and what errors tell of taken back until none is left.

    Which places were refused, and which stand in a program that is otherwise as it was.
    """
    refused: set[Place] = set()
    while texts:
        values = rewritten(ALL[spec], texts)
        compiled = compile_spec(f"# hostile\n{tomli_w.dumps(values)}", registry=registry())
        errors = compiled.report.errors
        if not errors:
            expected, known = usual(spec)
            shape, names = shape_of(compiled.program().text)
            assert {name for name in names - known if not NAME.fullmatch(name)} == set(), texts
            assert shape == expected, texts
            return refused, set(texts)
        text = render(compiled.report, color=False, whole=True)
        assert text.count("error[GF") == len(errors)
        told = {place for place in texts if is_told(spec, place, texts, compiled)}
        if not told and len(texts) > 1:
            some, others = (settle(spec, part) for part in parted(texts, compiled))
            return refused | some[0] | others[0], some[1] | others[1]
        told = told or set(texts)  # one alone, so the error is of it
        refused |= told
        texts = {place: text for place, text in texts.items() if place not in told}
    return refused, set()


def parted(texts: Texts, compiled: Compilation) -> tuple[Texts, Texts]:
    """The texts in tables that an error stands in, and the others; else two halves."""
    near = {place for place in texts if stands_beside(place, texts, compiled)}
    if not 0 < len(near) < len(texts):
        near = set(list(texts)[: len(texts) // 2])
    return (
        {place: text for place, text in texts.items() if place in near},
        {place: text for place, text in texts.items() if place not in near},
    )


def stands_beside(place: Place, texts: Texts, compiled: Compilation) -> bool:
    table = place_now(place[0], texts)[:-1]
    span = compiled.document.span(table) if table and compiled.document else None
    return any(within(found.span, span) for found in compiled.report.errors)


@pytest.mark.parametrize("spec", ALL, ids=lambda name: name or "every-kind")
@pytest.mark.parametrize("keys", [False, True], ids=["values", "keys"])
def test_every_text_of_a_spec_is_told_by_an_error_or_harmless(spec: str, keys: bool) -> None:
    texts = {place: hostile(spec, place) for place in written_in(spec) if place[1] == keys}
    refused, harmless = settle(spec, texts)
    assert refused | harmless == set(texts)
    assert refused
    assert keys or (("gan", "title"), False) in harmless
    for text in () if keys else EVERYTHING:
        settle(spec, {place: f"{texts[place]}{text}" for place in harmless})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_and_notes_leave_a_script_as_it_is(text: str) -> None:
    values = copy.deepcopy(VALUES)
    for key in ("title", "paper", "notes"):
        values["gan"][key] += text
    script = ganforge.emit(f"# hostile\n{tomli_w.dumps(values)}")
    assert shape_of(script)[0] == _script()


@cache
def _script() -> str:
    return shape_of(ganforge.emit(SPEC))[0]


@pytest.mark.parametrize("name", ["../x", "a/b", "/x", "..", "a\\b", "a\nb", "a\0b", "-rf"])
def test_the_name_of_a_spec_leads_out_of_no_folder(name: str) -> None:
    report = compile_spec(changed(("gan", "name"), False, name, whole=True)).report
    assert not report.ok


@pytest.mark.parametrize("command", ["check", "show", "emit", "graph"])
def test_nothing_that_a_spec_names_is_imported(
    site: Path, ganforge: Callable[..., Result], command: str
) -> None:
    (site / "trap.py").write_text("open('ran', 'w').close()\ndef f(*a, **k): ...\n")
    for old in ("relu", "folder", "flatten", "spectral", "hinge", "normal", "adam", "adversarial"):
        for new in ("trap", "trap:f", "trap.f", "trap/f"):
            ganforge(command, "-", input=SPEC.replace(f'"{old}"', f'"{new}"'))
    assert "trap" not in sys.modules
    assert not (site.parent / "ran").exists()
