"""What the language has and this version does not build is refused by name, and nothing else is
said.
"""

from __future__ import annotations

import pytest

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry

TABLES = ["search]\nover = ['a']"]
LAYER = '{ block = "linear", out = 1 }'


def test_a_live_number_in_a_network_is_refused(base: str, registry: Registry) -> None:
    text = base.replace(LAYER, f"{{ from = 'prev * progress' }}, {LAYER}", 1)
    report = compile_spec(text, registry=registry).report
    assert [d.code for d in report.diagnostics] == ["GF117"]
    assert "part of the language" in report.diagnostics[0].message


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_not_built_is_refused(base: str, registry: Registry, table: str) -> None:
    report = compile_spec(f"{base}\n[{table}\n", registry=registry).report
    assert [d.code for d in report.diagnostics] == ["GF117"]
