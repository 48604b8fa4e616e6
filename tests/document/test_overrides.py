"""`--set NAME=VALUE`."""

from typing import Any

import pytest

from ganforge.diagnostics.diagnostic import Diagnostic, Span
from ganforge.document import Document, loads

TEXT = """\
ganforge = 1
[params]
width = 64
rate = 0.5
flip = true
sizes = [4, 8]
depth = "log2(width)"
norm = { choices = ["none", "batch"], default = "batch" }
steps = { type = "int" }
[train]
batch = 64
epochs = 25
optimizer = { kind = "adam", lr = 1e-4 }
[networks.G]
layers = [{ block = "conv", out = 8 }]
"""


def override(*overrides: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    document, found = loads(TEXT, overrides=overrides)
    assert document is not None
    return document, found


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("width=128", "width", 128),
        ("params.width = 128", "width", 128),
        ("rate=1", "rate", 1),
        ("flip=false", "flip", False),
        ("sizes=[16]", "sizes", [16]),
        ("depth=3", "depth", 3),
        ("depth=width // 2", "depth", "width // 2"),
        ("norm=none", "norm", {"choices": ["none", "batch"], "default": "none"}),
        ("steps=5", "steps", {"type": "int", "default": 5}),
    ],
)
def test_a_name_without_a_dot_sets_a_param(text: str, name: str, value: Any) -> None:
    document, found = override(text)
    assert not found
    assert document.values["params"][name] == value


@pytest.mark.parametrize(
    "text",
    ["width=abc", "width=1.5", "width=true", "rate=x", "flip=1", "sizes=4", "norm=layer",
     "steps=2.0", "width={a=1}", "depth={a=1}"],
)  # fmt: skip
def test_a_param_keeps_its_type_and_choices(text: str) -> None:
    document, (found,) = override(text)
    assert found.code == "GF110"
    assert found.span == Span("--set", 1, text.index("=") + 2, 1, len(text) + 1)
    assert document.values == override()[0].values


def test_choices_are_named() -> None:
    _, (found,) = override("norm=layer")
    assert found.message == "the param `norm` cannot be `layer`"
    assert found.help == "choices: none, batch"


def test_an_unknown_param_names_the_nearest() -> None:
    _, (found,) = override("widht=128")
    assert (found.code, found.help) == ("GF123", "did you mean the param `width`?")
    assert found.span == Span("--set", 1, 1, 1, 6)


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("train.batch=32", ("train", "batch"), 32),
        ("train.optimizer.lr=2e-4", ("train", "optimizer", "lr"), 2e-4),
        ("train.optimizer.lr=linear(1, 0, progress)", ("train", "optimizer", "lr"),
         "linear(1, 0, progress)"),
        ("networks.G.layers.0.out=16", ("networks", "G", "layers", 0, "out"), 16),
        ("sample.rows=4", ("sample", "rows"), 4),
        ("data.source=", ("data", "source"), ""),
    ],
)  # fmt: skip
def test_a_dotted_path_sets_that_place(
    text: str, path: tuple[str | int, ...], value: object
) -> None:
    document, found = override(text)
    assert not found
    node: Any = document.values
    for step in path:
        node = node[step]
    assert node == value
    span = document.span(path)
    assert span is not None
    assert span.file == "--set"


def test_a_length_replaces_the_length_there_was() -> None:
    document, _ = override("train.rounds=3")
    assert "epochs" not in document.values["train"]
    assert document.values["train"]["rounds"] == 3


@pytest.mark.parametrize(
    "text", ["width", "=3", "a b=1", "", "train.batch.x=1", "networks.G.layers.x.out=1",
             "networks.G.layers.7=1", ".".join("a" * 100) + "=1"],
)  # fmt: skip
def test_a_malformed_override_is_reported(text: str) -> None:
    _, (found,) = override(text)
    assert found.code == "GF123"
    assert found.span is not None
    assert found.span.file == "--set"


def test_each_override_is_a_line_of_the_pseudo_file() -> None:
    document, found = override("width=128", "norm=layer", "rate\n=1")
    assert document.texts["--set"] == "width=128\nnorm=layer\nrate =1"
    assert [item.span.line for item in found if item.span] == [2]
    span = document.span(("params", "rate"))
    assert span is not None
    assert span.line == 3


def test_the_last_override_of_a_place_holds() -> None:
    document, _ = override("width=128", "width=256")
    assert document.values["params"]["width"] == 256
