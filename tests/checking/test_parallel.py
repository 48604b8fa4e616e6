"""Specs checked by several processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganforge.checking import parallel
from ganforge.checking.survey import Spec, reports_of

CASES = Path(__file__).parents[1] / "cases"


def test_reports_of_several_processes_are_those_of_one_and_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ["GF304-even-kernel", "GF106-misspelled-param", "base", "GF415-swapped"]
    specs = [Spec(name, CASES / f"{name}.toml") for name in names]
    specs.insert(2, Spec("missing", "there-is-none.toml"))
    alone = reports_of(specs, jobs=1)
    monkeypatch.setattr(parallel, "WORTH", 1)
    together = reports_of(specs, jobs=2)
    assert list(together[0]) == names
    assert [str(report) for report in together[0].values()] == [str(r) for r in alone[0].values()]
    assert together[1] == alone[1] != []


def test_few_specs_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_spread", lambda *given: pytest.fail("it started processes"))
    items = list(range(2 * parallel.WORTH - 1))
    assert list(parallel.mapped(str, items, jobs=8)) == list(map(str, items))
