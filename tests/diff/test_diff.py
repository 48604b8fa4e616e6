"""`ganforge diff`: pairs of specs with what is said of them.

`cases/NAME.before.toml` and `cases/NAME.after.toml` are compared; `NAME.txt` and `NAME.md` are the
outputs word for word. `UPDATE_CASES=1` writes them anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from ganforge.cli.group import cli
from ganforge.diff.alignment import align, likeness

CASES = Path(__file__).parent / "cases"
NAMES = sorted({path.name.partition(".")[0] for path in CASES.glob("*.toml")})


def diff(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["diff", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)


def pair(name: str) -> tuple[str, str]:
    return f"{name}.before.toml", f"{name}.after.toml"


@pytest.mark.parametrize("form", ["text", "md"])
@pytest.mark.parametrize("name", NAMES)
def test_a_comparison_is_word_for_word(name: str, form: str) -> None:
    result = diff(*pair(name), "--format", form)
    assert result.exit_code == 0
    expected = CASES / f"{name}.{'txt' if form == 'text' else form}"
    if "UPDATE_CASES" in os.environ:
        expected.write_text(result.stdout, "utf-8")
    assert result.stdout == expected.read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_json_says_of_layers_what_the_text_says(name: str) -> None:
    found = json.loads(diff(*pair(name), "--format", "json").stdout)
    assert found["different"] is (name != "nothing")
    layers = [layer for network in found["networks"] for layer in network["layers"]]
    text = (CASES / f"{name}.txt").read_text("utf-8")
    for layer in layers:
        row: dict[str, Any] = layer["after"] or layer["before"]
        assert row["layer"].partition("(")[0] in text
        assert layer["times"] == 1 or f"× {layer['times']}" in text
    assert (
        bool(layers) is any(sign in text for sign in ("\n  + ", "\n  - ", "\n  ~ ")) or layers == []
    )


def test_the_exit_code_says_on_demand_whether_they_differ() -> None:
    assert diff(*pair("nothing"), "--exit-code").exit_code == 0
    assert diff(*pair("wider"), "--exit-code").exit_code == 1


def test_a_value_may_be_set_in_both() -> None:
    output = diff(*pair("wider"), "--set", "width=8").stdout
    assert output.endswith("No differences.\n")


def test_shipped_specs_go_by_their_names() -> None:
    output = diff("dcgan", "wgan").stdout
    assert output.startswith("dcgan -> wgan\n")
    assert "adversarial.objective: non-saturating -> wasserstein" in output
    assert "  all 6,342,272 -> 6,342,272  same" in output


def test_findings_that_came_are_told(tmp_path: Path) -> None:
    spec = tmp_path / "sgd.toml"
    spec.write_text(
        'ganforge = 1\nextends = "dcgan"\n[train]\noptimizer = { kind = "sgd", lr = 0.1 }\n'
    )
    assert "\nFindings\n  + GF122: `train.optimizer` has another" in diff("dcgan", str(spec)).stdout


def test_the_other_way_round_added_is_removed() -> None:
    before, after = pair("network-added")
    there, back = (
        json.loads(diff(*names, "--format", "json").stdout)["networks"]
        for names in ((before, after), (after, before))
    )
    assert {n["after"] for n in there if n["before"] is None} == {"E"}
    assert {n["before"] for n in back if n["after"] is None} == {"E"}


def test_specs_with_errors_are_reported_as_check_does(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('ganforge = 1\nextends = "dcgan"\n[train]\nbach = 3\n')
    result = diff("dcgan", str(bad))
    assert result.exit_code == 1
    assert "error[GF102]: unknown key `bach`" in result.stderr
    assert result.stdout == ""
    assert diff(str(bad), str(bad)).stderr == result.stderr


def test_a_spec_that_is_not_there_is_told() -> None:
    result = diff("dcgan", "dcgna")
    assert result.exit_code == 2
    assert "did you mean `dcgan`?" in result.stderr


def _same(one: str, other: str) -> float:
    return 2.0 * (one == other) or 0.5 * (one.lower() == other.lower())


@settings(max_examples=200, deadline=None)
@given(st.text("aAbBc", max_size=12), st.text("aAbBc", max_size=12))
def test_an_alignment_holds_everything_once_and_in_order(one: str, other: str) -> None:
    pairs = align(one, other, _same)
    assert [i for i, _ in pairs if i is not None] == list(range(len(one)))
    assert [j for _, j in pairs if j is not None] == list(range(len(other)))
    assert all(_same(one[i], other[j]) for i, j in pairs if i is not None and j is not None)


@settings(max_examples=100, deadline=None)
@given(st.text("abc", max_size=12))
def test_equal_layers_are_paired_with_themselves(text: str) -> None:
    assert align(text, text, _same) == [(k, k) for k in range(len(text))]


def test_very_long_networks_are_paired_in_order() -> None:
    one, other = ["a"] * 2000 + ["b"], ["c"] + ["a"] * 2000
    pairs = align(one, other, _same)
    assert len([pair for pair in pairs if None not in pair]) > 1000


def test_calls_are_alike_by_their_arguments() -> None:
    assert likeness("Conv2d(3, 64, 4)", "Conv2d(3, 128, 4)") > likeness("Conv2d(3, 64, 4)", "f(1)")


def test_an_optimizer_of_another_kind_is_one_line_for_all_players() -> None:
    lines = [line for line in diff("dcgan", "wgan").stdout.splitlines() if "optimizer" in line]
    before, after = (
        "adam(lr=0.0002, betas=[0.5, 0.999])",
        "rmsprop(lr=5e-05, alpha=0.99, momentum=0)",
    )
    assert lines == [f"  ~ optimizer of critic and generator: {before} -> {after}"]
    sections = json.loads(diff("dcgan", "wgan", "--format", "json").stdout)["sections"]
    assert {"key": "critic.optimizer.kind", "before": "adam", "after": "rmsprop"} in (
        {key: change[key] for key in ("key", "before", "after")} for change in sections["players"]
    )


def test_a_sum_is_no_sign_of_a_change() -> None:
    lines = diff("sagan", "sagan-64").stdout.splitlines()
    assert "    sum" in lines
    assert not any(line.strip() in ("+", "-") for line in lines)
