"""Broken TOML is one located diagnostic with a remedy, never a traceback."""

import re
import tomllib

import pytest

from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.diagnostics.fixes import apply_edits
from ganforge.document import loads


def only(text: str) -> Diagnostic:
    document, found = loads(text)
    assert document is None
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("text", "line", "column", "help"),
    [
        ("a = { b = 1,\n c = 2 }", 1, 13, "an inline table ends on its line"),
        ("a = { b = 1", 1, 12, "an inline table ends on its line"),
        ("a = { b = 1, # why\n}", 1, 14, "an inline table ends on its line"),
        ("a = { b = 1, }", 1, 14, "no comma after its last value"),
        ("a = { b = 1 c = 2 }", 1, 13, "commas stand between"),
        ("out = conv", 1, 7, 'words and formulas stand in quotes: `"conv"`'),
        ("out = 2 * width # wide", 1, 9, 'stand in quotes: `"2 * width"`'),
        ("a = True", 1, 5, "TOML writes `true`"),
        ("a = .5", 1, 5, "`0.5`"),
        ("a =\n", 1, 4, "write a value"),
        ("a = [\n 1,\n\n[b.c]\nd = 1", 4, 1, "one is missing above"),
        ("a = [\n 1,\n\n[b.c]  # next\n", 4, 1, "one is missing above"),
        ("a: 1", 1, 2, "`key = value`"),
        ("a = 1 b = 2", 1, 7, "one key stands on a line"),
        ('a = "b" "c"', 1, 9, "one pair of quotes"),
        ('a = "b\n', 1, 7, "ends with a quote"),
        ('a = "\\d"', 1, 8, "single quotes"),
        ("[a\nb = 1", 1, 3, "a table header"),
        ("a = 1\n]", 2, 1, "a bracket may be one too many"),
        ("a = 1\na.b = 2", 2, 8, "a value or a table"),
        ("a = [\n  { b = 1 }  # one\n\n  { b = 2 },\n]", 2, 11, "commas stand between"),
        ("a = [\n  { b = 1 },\nc = 2", 3, 1, "one is missing above `c`"),
        ("a = [\n  { b = 1 }\nc = 2", 3, 1, "one is missing above `c`"),
        ('a = "f(x, mode="b")"', 1, 17, "inside them use the other kind"),
        ("a = null", 1, 5, "leave the key out"),
        ("a = 64,000", 1, 5, "`64_000`"),
        ("fake = G(z, y)", 1, 8, '`"G(z, y)"`'),
        ("optimizer:\n  lr: 1", 1, 10, "`key = value`"),
        ('{"a": 1}', 1, 1, "`key = value`"),
    ],
)
def test_the_usual_mistakes_are_located_and_explained(
    text: str, line: int, column: int, help: str
) -> None:
    found = only(text)
    assert found.code == "GF103"
    assert found.span is not None
    assert (found.span.line, found.span.column) == (line, column)
    assert help in (found.help or "")


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("a = True", "a = true"),
        ("a = [yes, 1]", "a = [true, 1]"),
        ("a = .5", "a = 0.5"),
        ("a = [0., 0.9]", "a = [0.0, 0.9]"),
        ("a = 1.e-4", "a = 1.0e-4"),
        ("a = { b = 0,0002, c = 1 }", "a = { b = 0.0002, c = 1 }"),
        ("a = 0,5", "a = 0.5"),
        ("a = 200k", "a = 200_000"),
        ("a = 10%", "a = 0.1"),
        ("a = 1;", "a = 1"),
        ("a = 1,  # one", "a = 1  # one"),
        ("a = { b = 1, }", "a = { b = 1 }"),
        ("a = [1 2]", "a = [1, 2]"),
        ("a = [\n  { b = 1 }\n  { b = 2 },\n]", "a = [\n  { b = 1 },\n  { b = 2 },\n]"),
        ("a = { b = 1 c = 2 }", "a = { b = 1, c = 2 }"),
        ("a = (0.5, 0.999)", "a = [0.5, 0.999]"),
        ("a = { b = (4, 4), c = 1 }", "a = { b = [4, 4], c = 1 }"),
        ('a = f"{2 * width}"', 'a = "2 * width"'),
        ("a = “dcgan”", 'a = "dcgan"'),
        ("a = [relu, 1]", 'a = ["relu", 1]'),
        ("a = G(z, y)  # fake", 'a = "G(z, y)"  # fake'),
        ("a = 2 * width", 'a = "2 * width"'),
        ("a: 1", "a = 1"),
        ("a = 1\n// note", "a = 1\n# note"),
        ("a = 1 // note", "a = 1 # note"),
    ],
)
def test_what_is_only_written_otherwise_is_repaired(text: str, repaired: str) -> None:
    fix = only(text).fix
    assert fix is not None
    written = apply_edits(text, fix.edits)
    assert re.sub(" +", " ", written) == re.sub(" +", " ", repaired)
    tomllib.loads(written)


@pytest.mark.parametrize(
    "text", ["a = 64,000", "a = None", 'a = f"{a}_{b}"', "a = [\n  1,\nb = 2", "a =", "a:\n  b"]
)
def test_what_may_be_meant_in_several_ways_is_not_repaired(text: str) -> None:
    assert only(text).fix is None


@pytest.mark.parametrize(
    "text",
    [
        *("size = 1\nsize = 2", "[size]\n[size]", "size = { a = 1 }\n[size]\nb = 2"),
        *("a.size = 1\nb = 2\na.size = 3", "[a]\nb = 2\nsize = 1\nsize = 3"),
    ],
)
def test_a_duplicate_points_at_both_places(text: str) -> None:
    begin = text.partition("size")[0].count("\n") + 1
    found = only(text)
    assert found.message == "`size` is written twice"
    assert found.span is not None
    assert found.span.line > begin
    assert [label.span.line for label in found.related] == [begin]


def test_an_unclosed_array_shows_where_it_begins() -> None:
    found = only("layers = [\n  { a = 1 }\n  { b = 2 }\n]")
    assert found.span is not None
    assert (found.span.line, found.span.column) == (2, 11)  # where the comma is missing
    assert (found.related[0].span.line, found.related[0].span.column) == (1, 10)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "[" * 500 + "]" * 500,
        "a = " + "{ a = " * 500 + "1" + " }" * 500,
        ".".join("a" * 50_000) + " = 1",
        "[" + ".".join("a" * 50_000) + "]",
        "a = " + "9" * 5_000,
    ],
)
def test_absurd_values_are_refused_as_beyond_the_limits(text: str) -> None:
    assert only(text).code == "GF118"


def test_many_layers_are_no_depth() -> None:
    layers = ",\n".join('{ block = "relu" }' for _ in range(10_000))
    document, found = loads(f"ganforge = 1\nlayers = [\n{layers}\n]")
    assert document is not None
    assert not found
    span = document.span(("layers", 9_999, "block"))
    assert span is not None
    assert span.line == 10_002


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a = _k",
            "a = 1__0k",
            f"a = {'9' * 400}k",
            f"a = {'9' * 400}%",
            "a = %",
            "a = ,",
            "a = (",
        ),
        *(
            f"a = [{'1,' * 20_000}.]",
            f"a = {'1,' * 20_000}",
            f"a = {'(' * 20_000}",
            "a = f''",
            "a = “",
        ),
        *(
            "a = 1.",
            "a = .",
            "a = -",
            "a = +.5e",
            "a = { b = 0, }",
            "a = [1\n# why\n2]",
            "a = { : 1 }",
        ),
    ],
)
def test_slips_of_any_length_are_told(text: str) -> None:
    assert only(text).code == "GF103"


@pytest.mark.parametrize("text", ["\0", "\ud800", "a = \x01", "=", "[[", "'''", '"""', "a.", "{}"])
def test_any_text_gives_a_diagnostic(text: str) -> None:
    assert only(text).code == "GF103"
