"""Blocks of other plugins than the built-in ones."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ganforge.errors import CannotStart
from ganforge.graph.nodes import Layer
from ganforge.locate import compile_sound
from ganforge.pipeline import compile_spec
from ganforge.plugins import Tensor
from ganforge.plugins.registry import Catalog, Registry

PENALTY = """
[losses.penalty]
kind = "gradient-penalty"
center = 0
score = "D(x)"
wrt = "x"

[train.players.critic]
optimizer = { betas = [0, 0.9] }
"""


def with_other(registry: Registry, **declared: Any) -> Registry:
    """The registry with another distribution's block, `other`: `swish` declared differently."""
    other = {"other": replace(registry.blocks["swish"], name="other", **declared)}
    blocks = Catalog({**registry.blocks.bare, **other}, registry.blocks.full)
    return replace(registry, blocks=blocks)


def found(text: str, registry: Registry) -> list[str]:
    return [str(d.message) for d in compile_spec(text, registry=registry).report.diagnostics]


def test_a_penalty_through_a_block_without_a_second_gradient_is_refused(
    base: str, registry: Registry
) -> None:
    text = base.replace('act = "leaky-relu"', 'act = "other"') + PENALTY
    assert found(text, with_other(registry)) == []
    assert found(text, with_other(registry, twice_differentiable=False)) == [
        "`penalty` needs a gradient of a gradient, and `other` has none"
    ]


def test_a_block_of_a_plugin_that_mixes_the_batch_counts_as_batch_norm_does(
    base: str, registry: Registry
) -> None:
    text = base.replace('act = "leaky-relu"', 'act = "other"')
    mixing = with_other(registry, mixes_batch=True)
    assert found(text, mixing) == []
    assert found(text + PENALTY, mixing) == [
        "`other` in `D`, whose gradient is penalised per sample"
    ]
    assert found(text.replace("batch = 8", "batch = 1"), mixing) == [
        "`other` in `D` has one sample in a batch, and none to compare with"
    ]


def test_an_activation_of_a_plugin_whose_values_are_bounded_gives_no_logits(
    base: str, registry: Registry
) -> None:
    text = base.replace("out = 1 }", 'out = 1, act = "other" }')
    bounded = with_other(registry, infer=lambda p, x: replace(x, range=(0.0, 1.0)))
    assert found(text, with_other(registry)) == []
    assert found(text, bounded) == [
        "the critic `D` ends in other, and its loss takes scores of any size"
    ]


@pytest.fixture
def blind(registry: Registry) -> Registry:
    """A registry with a block that does not say which shape it gives."""
    block = replace(registry.blocks["avg-pool"], name="blind", infer=None)
    blocks = Catalog({**registry.blocks.bare, "blind": block}, registry.blocks.full)
    return replace(registry, blocks=blocks)


def with_blind(base: str, behind: bool = False) -> str:
    """The small spec with that block on the images of its critic, or behind its first layer."""
    linear, block = '{ block = "linear", out = 32, act = "leaky-relu" }', '{ block = "blind" }'
    return base.replace(linear, f"{linear}, {block}" if behind else f"{block}, {linear}")


def test_a_block_without_infer_is_run_without_values(base: str, blind: Registry) -> None:
    compilation = compile_spec(with_blind(base), registry=blind)
    assert str(compilation.report) == "No problems found."
    assert compilation.graph is not None
    (node,) = [
        node
        for node in compilation.graph.networks["D"].body.nodes
        if isinstance(node.operation, Layer) and node.operation.block.name == "blind"
    ]
    assert node.shape == Tensor((1, 4, 4))
    assert "nn.AvgPool2d(2)" in compilation.program().text


def test_what_it_fails_on_is_one_error_at_the_layer(base: str, blind: Registry) -> None:
    (error,) = compile_spec(with_blind(base, behind=True), registry=blind).report.diagnostics
    assert error.code == "GF315"
    assert error.message.startswith("`blind` fails on 32: ")
    assert error.span is not None


def test_without_torch_its_shape_is_unknown_and_there_is_no_program(
    base: str, blind: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ganforge.plugins.running", None)  # as if torch was missing
    compilation = compile_spec(with_blind(base), registry=blind)
    assert [d.code for d in compilation.report.diagnostics] == ["GF312"]
    assert compilation.report.ok and compilation.plan is None
    monkeypatch.setattr("ganforge.pipeline.load_registry", lambda: blind)
    (tmp_path / "spec.toml").write_text(with_blind(base))
    with pytest.raises(CannotStart, match="the shape of `blind` is unknown"):
        compile_sound(tmp_path / "spec.toml")


def test_while_shapes_are_unknown_no_comment_is_said_to_be_unused(
    base: str, blind: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ganforge.plugins.running", None)  # as if torch was missing
    text = f"{with_blind(base)}\n# ganforge: ignore[GF709] the bottleneck is meant\n"
    report = compile_spec(text, registry=blind).report
    assert [d.code for d in report.diagnostics] == ["GF312"]


def test_a_name_of_a_composite_block_that_a_plugin_has_is_refused(
    base: str, registry: Registry
) -> None:
    text = f'{base}\n[blocks.conv]\nlayers = [{{ block = "relu" }}]\n'
    errors = compile_spec(text, registry=registry).report.errors
    assert [d.help for d in errors] == ["call it `my-conv`"]
