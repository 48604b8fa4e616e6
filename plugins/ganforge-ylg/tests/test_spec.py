"""The block in a spec: checked, trained, emitted, and refused where it does not fit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import ganforge

SPEC = Path(__file__).parents[1] / "examples" / "ylg-small.toml"
SMALL = {"train.batch": 2}


def test_the_example_has_no_problems() -> None:
    assert str(ganforge.check(SPEC)) == "No problems found."


def test_two_rounds_are_trained_and_the_script_does_the_same_alone(tmp_path: Path) -> None:
    run = ganforge.train(SPEC, SMALL, out=tmp_path / "run", rounds=2, device="cpu", log_every=1)
    script = tmp_path / "ylg.py"
    script.write_text(ganforge.emit(SPEC, SMALL))
    assert "class LocalSparseAttention(nn.Module)" in script.read_text()
    assert "SPDX-License-Identifier: MIT" in script.read_text()
    alone = "import sys, runpy; sys.modules.update(ganforge=None, ganforge_ylg=None);"
    alone += "sys.argv[:] = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    options = ["--out", str(tmp_path / "b"), "--rounds", "2", "--device", "cpu", "--log-every", "1"]
    command = [sys.executable, "-c", alone, str(script), *options]
    subprocess.run(command, check=True, capture_output=True)
    assert _losses(run) == _losses(tmp_path / "b")


def _losses(run: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if "second" not in k} for line in lines]


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
