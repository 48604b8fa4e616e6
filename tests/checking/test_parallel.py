"""Specs checked by several processes."""

from __future__ import annotations

import json
import subprocess
import sys
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


FORKING = """
import json, sys
from ganforge.checking import parallel
from ganforge.checking.survey import Spec, reports_of

pool, ways = parallel._by_pool, []
parallel._by_pool = lambda *given: ways.append(given[3].get_start_method()) or pool(*given)
specs = [Spec(path, path) for path in sys.argv[1:]]
told = [reports_of(specs, jobs=jobs)[0] for jobs in (1, 2)]
reports = [[str(report) for report in reports.values()] for reports in told]
print(json.dumps({"ways": ways, "reports": reports}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks only where they are sound")
def test_a_process_of_one_thread_forks_and_reports_the_same() -> None:
    paths = [str(path) for path in sorted(CASES.glob("GF3*.toml"))[: 2 * parallel.WORTH_FORK]]
    made = subprocess.run(
        [sys.executable, "-c", FORKING, *paths], capture_output=True, text=True, check=True
    )
    told = json.loads(made.stdout)
    assert told["ways"] == ["fork"]
    alone, forked = told["reports"]
    assert forked == alone
    assert len(alone) == len(paths) == 2 * parallel.WORTH_FORK
