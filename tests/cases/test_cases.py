"""Every rule on a spec that breaks it and on the same spec repaired.

`NAME.toml` breaks the rule it is named by, `NAME.txt` is the whole report word for word, and
`NAME.good.toml` is the
repaired spec. A first line `# --set NAME=VALUE` is an override. `UPDATE_CASES=1` writes the reports
anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ganforge.diagnostics import rules
from ganforge.diagnostics.report import Report
from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry, load_registry

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NAMES = sorted(p.stem for p in HERE.glob("GF*.toml") if not p.stem.endswith(".good"))
TESTED_ELSEWHERE = {
    *("GF135", "GF312", "GF315", "GF412", "GF802", "GF803", "GF804", "GF806", "GF809"),
    *("GF810", "GF811", "GF813", "GF814"),
}
"""What only other plugins than the built-in ones can break: `tests/plugins`,
`tests/compiler/test_third_party.py` and `tests/checking/test_deep.py`.
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def reported(name: str, registry: Registry) -> Report:
    path = (HERE / f"{name}.toml").relative_to(ROOT)
    first = path.read_text().splitlines()[0]
    overrides = [first.removeprefix("# --set ")] if first.startswith("# --set ") else []
    return compile_spec(path, overrides, registry=registry).report


@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_word_for_word(
    name: str, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    text = f"{reported(name, registry)}\n"
    expected = HERE / f"{name}.txt"
    if "UPDATE_CASES" in os.environ:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_one_mistake_is_one_report(
    name: str, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    found = [diagnostic.code for diagnostic in reported(name, registry).diagnostics]
    assert found == [name[:5]] * len(found) != []


@pytest.mark.parametrize("name", NAMES)
def test_the_repaired_spec_is_accepted(
    name: str, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    report = reported(f"{name}.good", registry)
    assert report.ok
    assert name[:5] not in {diagnostic.code for diagnostic in report.diagnostics}


@pytest.mark.parametrize("name", NAMES)
def test_every_error_says_what_to_do(
    name: str, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert all(error.help for error in reported(name, registry).errors)


def test_every_rule_has_a_case() -> None:
    assert set(rules.ALL) - TESTED_ELSEWHERE == {name[:5] for name in NAMES}
