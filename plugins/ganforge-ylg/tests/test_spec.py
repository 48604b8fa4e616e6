"""The block in a spec: checked, trained, emitted, and refused where it does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

import ganforge
from ganforge.testing import script_trains_alike

SPEC = Path(__file__).parents[1] / "examples" / "ylg-small.toml"
SMALL = {"train.batch": 2}


def test_the_example_has_no_problems() -> None:
    assert str(ganforge.check(SPEC)) == "No problems found."


def test_two_rounds_are_trained_and_the_script_does_the_same_alone(tmp_path: Path) -> None:
    script = script_trains_alike(SPEC, SMALL, folder=tmp_path)
    assert "class LocalSparseAttention(nn.Module)" in script
    assert "SPDX-License-Identifier: MIT" in script


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"heads": 3}, "GF308"),
        ({"heads": 16}, "GF308"),
        ({"direction": "'up'"}, "GF110"),
        ({"steps": "['fast']"}, "GF110"),
        ({"steps": "[]"}, "GF115"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy(change: dict[str, object], code: str) -> None:
    ((key, value),) = change.items()
    layer = '{ block = "ylg-attention" }'
    text = SPEC.read_text().replace(layer, f'{{ block = "ylg-attention", {key} = {value} }}')
    found = ganforge.check(text).errors
    assert {error.code for error in found} == {code}
    assert all(error.help for error in found)
