"""Blocks of other plugins than the built-in ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ganforge.pipeline import compile_spec
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
        "`other` in `D` at batch 1 sees one sample, and evaluation differs"
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


def test_a_block_that_does_not_infer_is_refused_once(base: str, registry: Registry) -> None:
    text = base.replace('{ block = "linear", out = 1 }', '{ block = "other" }')
    report = compile_spec(text, registry=with_other(registry, infer=None)).report
    assert [d.code for d in report.diagnostics] == ["GF117"]


def test_a_name_of_a_composite_block_that_a_plugin_has_is_refused(
    base: str, registry: Registry
) -> None:
    text = f'{base}\n[blocks.conv]\nlayers = [{{ block = "relu" }}]\n'
    errors = compile_spec(text, registry=registry).report.errors
    assert [d.help for d in errors] == ["call it `my-conv`"]
