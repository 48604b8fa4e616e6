"""Every value knows where it was written."""

import pytest

from ganforge.document import Document, Path, loads

TEXT = """\
ganforge = 1
[networks.G]  # the generator
inputs = ["z"]  # one
defaults = { conv.kernel = 4, "odd key" = { deep = [1, [2, 30]] } }
layers = [
  # a comment
  { block = "conv", out = 8 },
  { for = "i", in = "range(3)", layers = [
    { block = "relu" },
  ] },
]
[[runs.list]]
n = 1
[[runs.list]]
n = 22
[runs.list.more]
note = \"\"\"
two lines\"\"\"
"""


def document(text: str) -> Document:
    found, problems = loads(text)
    assert found is not None, problems
    return found


def underlined(path: Path, *, key: bool = False) -> str:
    span = document(TEXT).span(path, key=key)
    assert span is not None
    line = TEXT.splitlines()[span.line - 1]
    return line[span.column - 1 : span.end_column - 1 if span.end_line == span.line else None]


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("ganforge",), "1"),
        (("networks", "G"), "[networks.G]"),
        (("networks", "G", "inputs"), '["z"]'),
        (("networks", "G", "inputs", 0), '"z"'),
        (("networks", "G", "defaults", "conv", "kernel"), "4"),
        (("networks", "G", "defaults", "odd key", "deep", 1, 1), "30"),
        (("networks", "G", "layers", 0, "out"), "8"),
        (("networks", "G", "layers", 1, "layers", 0, "block"), '"relu"'),
        (("runs", "list", 1), "[[runs.list]]"),
        (("runs", "list", 1, "n"), "22"),
        (("runs", "list", 1, "more"), "[runs.list.more]"),
    ],
)
def test_a_span_covers_the_value_and_nothing_more(path: Path, written: str) -> None:
    assert underlined(path) == written


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("networks", "G"), "G"),
        (("networks", "G", "defaults", "odd key"), '"odd key"'),
        (("networks", "G", "layers", 0, "block"), "block"),
        (("runs", "list", 1, "n"), "n"),
    ],
)
def test_a_key_has_a_span_of_its_own(path: Path, written: str) -> None:
    assert underlined(path, key=True) == written


def test_a_missing_key_is_placed_at_its_table() -> None:
    assert underlined(("networks", "G", "layers", 0, "stride"), key=True) == (
        '{ block = "conv", out = 8 }'
    )


def test_a_missing_table_is_placed_at_the_first_line() -> None:
    span = document(TEXT).span(("train", "batch"))
    assert span is not None
    assert (span.line, span.column) == (1, 1)


def test_columns_count_characters_and_not_bytes() -> None:
    span = document('ganforge = 1\ntitle = { a = "häßlich", b = 7 }').span(("title", "b"))
    assert span is not None
    assert (span.column, span.end_column) == (30, 31)


def test_a_string_of_several_lines_ends_where_it_ends() -> None:
    span = document(TEXT).span(("runs", "list", 1, "more", "note"))
    assert span is not None
    assert (span.line, span.end_line, span.end_column) == (17, 18, 13)


def test_values_are_what_tomllib_reads() -> None:
    values = document(TEXT).values
    assert values["networks"]["G"]["defaults"] == {
        "conv": {"kernel": 4},
        "odd key": {"deep": [1, [2, 30]]},
    }
    assert values["runs"]["list"][1]["more"]["note"] == "two lines"


def test_lines_may_end_as_on_windows() -> None:
    found = document(TEXT.replace("\n", "\r\n"))
    assert found.values == document(TEXT).values
    path = ("networks", "G", "layers", 0, "out")
    assert found.span(path) == document(TEXT).span(path)
