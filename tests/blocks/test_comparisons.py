"""Losses that compare what networks make, against sums worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from ganforge.plugins import Tensor
from ganforge.plugins.shapes import TensorList
from ganforge_blocks.plugin import ganforge_register_losses

LOSSES = {loss.name: loss for loss in ganforge_register_losses()}
Value = Callable[..., torch.Tensor]


@pytest.fixture
def value(execute: Callable[..., Any]) -> Value:
    """`value(kind, {tensor: values}, **params)`: what a loss of one term gives."""

    def value(kind: str, tensors: dict[str, Any], **params: Any) -> torch.Tensor:
        loss = LOSSES[kind]
        shapes = {name: _shape(tensors[name]) for name in loss.inspected}
        (term,) = loss.terms(loss.params.model_validate(params), **shapes)
        result: torch.Tensor = execute(term.value, **tensors)
        return result

    return value


def _shape(value: Any) -> Tensor | TensorList:
    if isinstance(value, list):
        return TensorList(tuple(Tensor(tuple(each.shape[1:])) for each in value))
    return Tensor(tuple(value.shape[1:]))


@pytest.mark.parametrize(("margin", "expected"), [(0, (4 + 1 + 0.25) / 2), (1, (4 + 1 - 1) / 2)])
def test_consistency_is_the_squared_distance_above_the_margin(
    value: Value, margin: float, expected: float
) -> None:
    first = torch.tensor([[1.0, 2.0], [0.0, 0.5]])
    second = torch.tensor([[3.0, 1.0], [0.0, 0.0]])
    found = value("consistency", {"first": first, "second": second}, margin=margin)
    assert found.item() == pytest.approx(expected)


SCORE = torch.tensor([[2.0], [-1.0]])
JUDGED = {
    ("non-saturating", "real"): (math.log1p(math.exp(-2)) + math.log1p(math.e)) / 2,
    ("non-saturating", "fake"): (math.log1p(math.exp(2)) + math.log1p(math.exp(-1))) / 2,
    ("least-squares", "real"): (1 + 4) / 2,
    ("least-squares", "fake"): (4 + 1) / 2,
    ("wasserstein", "real"): -0.5,
    ("wasserstein", "fake"): 0.5,
    ("hinge", "real"): (0 + 2) / 2,
    ("hinge", "fake"): (3 + 0) / 2,
}


@pytest.mark.parametrize(("objective", "side"), JUDGED)
def test_a_critic_alone_learns_one_term_of_the_game(
    value: Value, objective: str, side: str
) -> None:
    found = value("critic-only", {"score": SCORE}, objective=objective, **{"is": side})
    assert found.item() == pytest.approx(JUDGED[objective, side])


@pytest.mark.parametrize("objective", sorted({objective for objective, _ in JUDGED}))
def test_both_terms_of_a_critic_make_the_adversarial_loss(
    value: Value, execute: Callable[..., Any], objective: str
) -> None:
    game, fake = LOSSES["adversarial"], torch.tensor([[0.3], [-2.0]])
    critic, _ = game.terms(game.params.model_validate({"objective": objective}))
    whole = execute(critic.value, real=SCORE, fake=fake)
    parts = [
        value("critic-only", {"score": score}, objective=objective, **{"is": side})
        for side, score in (("real", SCORE), ("fake", fake))
    ]
    torch.testing.assert_close(parts[0] + parts[1], whole)


REAL = [torch.tensor([[1.0, 2.0], [3.0, 0.0]]), torch.tensor([[[[4.0]]], [[[0.0]]]])]
MADE = [torch.tensor([[0.0, 2.0], [0.0, 4.0]]), torch.tensor([[[[1.0]]], [[[1.0]]]])]


def test_means_of_features_are_matched_in_square(value: Value) -> None:
    lists = {"first": REAL, "second": MADE}
    assert value("feature-matching", lists).item() == pytest.approx((4 + 4) + 1)
    one = {"first": REAL[0], "second": MADE[0]}
    assert value("feature-matching", one).item() == pytest.approx(8)


def test_features_are_matched_sample_by_sample_in_the_mean(value: Value) -> None:
    lists = {"first": REAL, "second": MADE}
    found = value("feature-matching", lists, norm="l1")
    assert found.item() == pytest.approx((1 + 0 + 3 + 4) / 4 + (3 + 1) / 2)


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_no_gradient_flows_to_the_features_that_are_matched(value: Value, norm: str) -> None:
    first, second = (each.clone().requires_grad_() for each in (REAL[0], MADE[0]))
    value("feature-matching", {"first": first, "second": second}, norm=norm).backward()
    assert first.grad is None
    assert second.grad is not None and second.grad.any()


def test_total_variation_is_the_mean_step_down_and_across(value: Value) -> None:
    image = torch.tensor([[[[0.0, 1.0, 3.0], [0.0, -1.0, 3.0]]]])
    found = value("total-variation", {"image": image})
    assert found.item() == pytest.approx((0 + 2 + 0) / 3 + (1 + 2 + 1 + 4) / 4)
    assert value("total-variation", {"image": torch.ones(2, 3, 4, 4)}).item() == 0


@pytest.mark.parametrize(("reduction", "per"), [("mean", 4), ("sum", 2)])
def test_divergence_from_the_normal_prior(value: Value, reduction: str, per: int) -> None:
    mean = torch.tensor([[0.0, 2.0], [1.0, 0.0]])
    log_variance = torch.tensor([[0.0, 0.0], [math.log(4), math.log(0.25)]])
    each = [0, 2, 0.5 * (1 + 4 - 1 - math.log(4)), 0.5 * (0.25 - 1 + math.log(4))]
    found = value("kl-to-normal", {"mean": mean, "log_variance": log_variance}, reduction=reduction)
    assert found.item() == pytest.approx(sum(each) / per)


def test_divergence_is_that_of_torch_distributions(value: Value) -> None:
    mean, log_variance = torch.randn(2, 5, 3).unbind()
    prior = torch.distributions.Normal(0, 1)
    posterior = torch.distributions.Normal(mean, (log_variance / 2).exp())
    expected = torch.distributions.kl_divergence(posterior, prior).mean()
    found = value("kl-to-normal", {"mean": mean, "log_variance": log_variance})
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_attributes_are_told_by_binary_cross_entropy(
    execute: Callable[..., Any], reduction: str
) -> None:
    loss = LOSSES["auxiliary-class"]
    (term,) = loss.terms(
        loss.params.model_validate({"reduction": reduction}), target=Tensor((2,), attributes=True)
    )
    logits, target = torch.tensor([[0.5, -1.0], [2.0, 0.0]]), torch.tensor([[1.0, 0], [0, 1]])
    odds = torch.sigmoid(logits)
    each = -(target * odds.log() + (1 - target) * (1 - odds).log())
    expected = each.mean() if reduction == "mean" else each.sum(1).mean()
    torch.testing.assert_close(execute(term.value, logits=logits, target=target), expected)
