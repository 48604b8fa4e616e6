"""`check --deep`: blocks against what they declare, and rounds, on the meta device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ganforge.cli.group import cli
from ganforge.deep import deep_findings
from ganforge.diagnostics.diagnostic import Diagnostic
from ganforge.pipeline import compile_spec
from ganforge.plugins.calls import call
from ganforge.plugins.declarations import Block
from ganforge.plugins.registry import Catalog, Registry, load_registry

PLACE = "networks.G.layers[0]"
BASE = Path(__file__).parents[1] / "cases" / "base.toml"


def with_block(name: str, change: Callable[[Block], Block]) -> Registry:
    """The registry with one block changed."""
    registry = load_registry()
    blocks, old = registry.blocks, registry.blocks[name]
    new = change(old)
    bare, full = (
        {key: new if block is old else block for key, block in named.items()}
        for named in (blocks.bare, blocks.full)
    )
    return replace(registry, blocks=Catalog(bare, full))


def found(name: str, change: Callable[[Block], Block]) -> dict[str, Diagnostic]:
    """What `check --deep` finds in the base spec with one block changed, by place."""
    compilation = compile_spec(BASE, registry=with_block(name, change))
    assert compilation.report.ok, str(compilation.report)
    return {diagnostic.path: diagnostic for diagnostic in deep_findings(compilation)}


def test_a_block_that_gives_another_shape_is_told_at_its_layers_with_its_module() -> None:
    def lying(block: Block) -> Block:
        return replace(block, module=lambda p, x: call("nn.Linear", x.size, p.out + 1))

    told = found("linear", lying)[PLACE]
    assert told.code == "GF806"
    assert "declares that it gives 64 of 16, and gives 65" in told.message
    assert str(told.help).startswith("this is a mistake in `ganforge_blocks.")


def test_a_block_whose_module_fails_is_told() -> None:
    def failing(block: Block) -> Block:
        return replace(block, module=lambda p, x: call("nn.Linear", x.size + 1, p.out))

    assert "`linear` fails on 16: RuntimeError" in found("linear", failing)[PLACE].message


@pytest.mark.parametrize("spec", ["gan", "wgan-gp", "sngan-projection", "infogan", "cyclegan"])
def test_shipped_specs_keep_to_their_declarations(spec: str) -> None:
    from ganforge.deep.layers import disagreements

    graph = compile_spec(spec).graph
    assert graph is not None and list(disagreements(graph)) == []


def test_the_command_tries_what_it_accepts() -> None:
    result = CliRunner().invoke(cli, ["check", str(BASE), "--deep"])
    assert (result.exit_code, result.output) == (0, "No problems found.\n")


def test_stages_are_tried_with_images_of_their_own_sizes() -> None:
    result = CliRunner().invoke(cli, ["check", str(BASE.with_name("growing.toml")), "--deep"])
    assert (result.exit_code, result.output) == (0, "No problems found.\n")
