"""What the language has and this version does not build is refused by name, and nothing else is
said.
"""

from __future__ import annotations

import pytest

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry
from ganforge.spec import planned

TABLES = ["search]\nover = ['a']"]
REPLACED = [('source = "shapes"', "normalize = true", 'source = "shapes"\n{}')]
REPLACED += [
    ('{ block = "linear", out = 1 }', layer, "{}, {{ block = 'linear', out = 1 }}")
    for layer in ("{ from = 'prev * progress' }",)
]


@pytest.mark.parametrize(("old", "key", "new"), REPLACED, ids=[key for _, key, _ in REPLACED])
def test_a_key_that_is_not_built_is_refused(
    base: str, registry: Registry, old: str, key: str, new: str
) -> None:
    assert old in base
    report = compile_spec(base.replace(old, new.format(key), 1), registry=registry).report
    assert [d.code for d in report.diagnostics] == ["GF117"]
    assert "part of the language" in report.diagnostics[0].message


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_not_built_is_refused(base: str, registry: Registry, table: str) -> None:
    report = compile_spec(f"{base}\n[{table}\n", registry=registry).report
    assert [d.code for d in report.diagnostics] == ["GF117"]


@pytest.mark.parametrize("block", sorted(planned.BLOCKS))
def test_a_block_that_is_not_built_is_refused(base: str, registry: Registry, block: str) -> None:
    layer = '{ block = "linear", out = 1 }'
    text = base.replace(layer, f'{{ block = "{block}", style = "x" }}, {layer}')
    assert [d.code for d in compile_spec(text, registry=registry).report.diagnostics] == ["GF117"]


@pytest.mark.parametrize("name", sorted(planned.BLOCKS))
def test_a_function_that_is_not_built_is_refused(base: str, registry: Registry, name: str) -> None:
    text = base.replace('"D(fake)"', f'"D({name.replace("-", "_")}(fake))"')
    assert [d.code for d in compile_spec(text, registry=registry).report.diagnostics] == ["GF117"]


@pytest.mark.parametrize("name", sorted(planned.BLOCKS))
def test_what_is_planned_does_not_exist(registry: Registry, name: str) -> None:
    assert name not in registry.blocks
