"""Repairs that a report offers, and how they are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganforge.diagnostics.diagnostic import Edit, Span
from ganforge.diagnostics.fixes import apply_edits
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import load_registry

CASES = Path(__file__).parents[1] / "cases"
SPEC = """\
ganforge = 1
extends = "dcgan" # the base
[networks.D]
layers = [
  { block = "conv", out = "width", act = "leaky-relu" },
  { block = "conv", out = 1, stride = 1, padding = 0 },
]
[params]
size = 16
"""


def repaired(text: str) -> str:
    (fix,) = [d.fix for d in compile_spec(text).report.diagnostics if d.fix]
    return apply_edits(text, fix.edits)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("padding = 0", "paddin = 0"),
        ("padding = 0", '"paddin" = 0'),
        ('block = "conv", out = 1', 'block = "cnv", out = 1'),
        ('act = "leaky-relu"', "act = 'leaky-rel'"),
        ('out = "width"', 'out = "2 * widht"'),
        ('act = "leaky-relu"', 'act = { kind = "leaky-rel", slope = 0.1 }'),
        ("[networks.D]", "[netwoks.D]"),
        ('"dcgan"', '"dcgna"'),
    ],
)
def test_a_misspelled_name_is_repaired(good: str, bad: str) -> None:
    text = SPEC.replace(good, bad)
    assert compile_spec(text).report.errors
    fixed = repaired(text)
    assert compile_spec(fixed).report.ok
    assert fixed.splitlines()[1].endswith("# the base")


def test_a_misspelled_parameter_of_a_function_is_repaired() -> None:
    text = SPEC.replace("layers = [", 'layers = [{ from = "2 * upsample(x, scael=2)" },')
    assert '"2 * upsample(x, scale=2)"' in repaired(text)


def test_every_repair_of_a_case_removes_its_finding() -> None:
    registry = load_registry()
    texts = [p for p in CASES.glob("*.txt") if "did you mean" in p.read_text("utf-8")]
    repairs = 0
    for path in (text.with_suffix(".toml").resolve() for text in texts):
        for found in compile_spec(path, registry=registry).report.diagnostics:
            if found.fix is not None:
                repairs += 1
                drafts = {path: apply_edits(path.read_text("utf-8"), found.fix.edits)}
                after = compile_spec(path, registry=registry, drafts=drafts).report
                assert found.message not in {d.message for d in after.diagnostics}, path
                assert not {d.code for d in after.diagnostics} & {"GF100", "GF103"}, path
    assert repairs > 8


def test_a_misspelled_name_in_without_is_repaired() -> None:
    text = f"{SPEC}".replace("[networks.D]", 'without = ["train.epoch"]\n[networks.D]')
    assert 'without = ["train.epochs"]' in repaired(text)


def test_a_key_that_is_taken_is_no_repair() -> None:
    text = SPEC.replace("padding = 0", "padding = 0, paddin = 1")
    assert [d.fix for d in compile_spec(text).report.errors] == [None]


def test_what_the_command_line_misspells_is_no_repair() -> None:
    assert [d.fix for d in compile_spec("dcgan", ["widht=3"]).report.errors] == [None]


def test_a_mistake_in_a_base_is_repaired_in_the_base(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(SPEC.replace("padding", "paddin"))
    (tmp_path / "a.toml").write_text('ganforge = 1\nextends = "base.toml"\n')
    (found,) = compile_spec(tmp_path / "a.toml").report.errors
    assert found.fix is not None
    assert Path(found.fix.edits[0].span.file).name == "base.toml"


@given(st.text(st.characters(exclude_characters="\n", codec="utf-8")), st.text(max_size=9))
def test_an_edit_changes_its_span_and_nothing_else(line: str, word: str) -> None:
    text = f"{line}\nab\r\n{line}"
    edit = Edit(Span("a", 2, 2, 2, 3), word)
    assert apply_edits(text, [edit]) == f"{line}\na{word}\r\n{line}"
