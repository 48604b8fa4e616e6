"""Blocks of other plugins than the built-in ones."""

from __future__ import annotations

from dataclasses import replace

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Catalog, Registry


def test_a_block_that_does_not_infer_is_refused_once(base: str, registry: Registry) -> None:
    blind = {"blind": replace(registry.blocks["tanh"], name="blind", infer=None)}
    blocks = Catalog({**registry.blocks.bare, **blind}, registry.blocks.full)
    text = base.replace('{ block = "linear", out = 1 }', '{ block = "blind" }')
    report = compile_spec(text, registry=replace(registry, blocks=blocks)).report
    assert [d.code for d in report.diagnostics] == ["GF117"]


def test_a_name_of_a_composite_block_that_a_plugin_has_is_refused(
    base: str, registry: Registry
) -> None:
    text = f'{base}\n[blocks.conv]\nlayers = [{{ block = "relu" }}]\n'
    found = compile_spec(text, registry=registry).report.errors
    assert [d.help for d in found] == ["call it `my-conv`"]
