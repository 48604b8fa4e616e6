"""Losses besides the adversarial one equal their formulas."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import cosine_similarity, cross_entropy

from ganforge.plugins import Entry, Ref, Tensor
from ganforge_blocks.plugin import ganforge_register_losses

LOSSES = {loss.name: loss for loss in ganforge_register_losses()}


@pytest.fixture
def value(execute):
    def value(name, tensors, **params):
        loss = LOSSES[name]
        classes = tensors["logits"].shape[1] if "logits" in tensors else None
        inspected = {tensor: Tensor((), classes=classes) for tensor in loss.inspected}
        (term,) = loss.terms(loss.params.model_validate(params), **inspected)
        assert term.side == "all"
        return execute(term.value, **tensors)

    return value


@pytest.mark.parametrize(
    "params, expected",
    [
        ({}, ((5 - 1) ** 2 + (0.5 - 1) ** 2) / 2),
        ({"one_sided": True}, (5 - 1) ** 2 / 2),
        ({"center": 0}, (25 + 0.25) / 2),
        ({"center": "1 / 2"}, 4.5**2 / 2),
    ],
)
def test_gradient_penalty_is_per_sample(value, params, expected) -> None:
    x = torch.randn(2, 2, requires_grad=True)
    score = (x * torch.tensor([[3.0, 4.0], [0.3, 0.4]])).sum(1, keepdim=True)
    penalty = value("gradient-penalty", {"score": score, "wrt": x}, **params)
    assert penalty.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("params", [{}, {"one_sided": True}, {"center": 0}])
def test_gradient_penalty_by_several_tensors_is_that_by_all_their_values(value, params) -> None:
    small, large = torch.randn(3, 2, requires_grad=True), torch.randn(3, 4, 5, requires_grad=True)
    whole = torch.cat([small, large.flatten(1)], 1).detach().requires_grad_()
    weight = torch.randn(22)
    apart = torch.cat([small, large.flatten(1)], 1).square() @ weight
    together = whole.square() @ weight
    penalty = value("gradient-penalty", {"score": apart, "wrt": [small, large]}, **params)
    expected = value("gradient-penalty", {"score": together, "wrt": whole}, **params)
    assert penalty.item() == pytest.approx(expected.item(), rel=1e-5)


def test_gradient_penalty_trains_a_critic_that_is_flat(value) -> None:
    x, weight = torch.randn(3, 2, requires_grad=True), torch.zeros(2, requires_grad=True)
    value("gradient-penalty", {"score": x @ weight, "wrt": x}).backward()
    assert torch.isfinite(weight.grad).all()


def test_gradient_penalty_says_by_what_it_differentiates() -> None:
    loss = LOSSES["gradient-penalty"]
    (term,) = loss.terms(loss.params())
    assert term.differentiates == ("wrt",)


def test_drift_is_the_mean_square(value) -> None:
    assert value("drift", {"score": torch.tensor([[3.0], [-1.0]])}).item() == 5


def test_classes_are_told_by_cross_entropy_of_the_labelled(value) -> None:
    logits, target = torch.randn(4, 3), torch.tensor([2, -1, 0, -1])
    expected = cross_entropy(logits[[0, 2]], target[[0, 2]])
    tensors = {"logits": logits, "target": target}
    torch.testing.assert_close(value("auxiliary-class", tensors), expected)
    tensors = {"logits": logits.requires_grad_(), "target": torch.full((4,), -1)}
    unlabelled = value("auxiliary-class", tensors)
    unlabelled.backward()
    assert unlabelled.item() == 0 and logits.grad is not None and not logits.grad.any()


def test_features_are_pulled_away_by_the_squared_cosines_of_pairs(value) -> None:
    features = torch.randn(4, 3, 2)
    pairs = [(i, j) for i in range(4) for j in range(4) if i != j]
    cosines = [cosine_similarity(features[i].ravel(), features[j].ravel(), 0) for i, j in pairs]
    expected = torch.stack(cosines).square().mean()
    torch.testing.assert_close(value("pulling-away", {"features": features}), expected)
    assert value("pulling-away", {"features": features[:1]}).item() == 0


@pytest.mark.parametrize("name", ["reconstruction", "cycle-consistency", "identity"])
@pytest.mark.parametrize("norm, expected", [("l1", 1.5), ("l2", 2.5)])
def test_distances_are_means_over_all_values(value, name, norm, expected) -> None:
    tensors = {"original": torch.zeros(1, 2), "reconstruction": torch.tensor([[1.0, -2.0]])}
    assert value(name, tensors, norm=norm).item() == expected


def information(execute, **codes):
    """The value of `mutual-info` for codes by name: what was drawn, and what shall tell it."""
    entries, given = [], {}
    for name, (drawn, guess) in codes.items():
        drawn_as = Tensor((), classes=3) if drawn.ndim == 1 else Tensor(tuple(drawn.shape[1:]))
        shape = Tensor(tuple(guess.shape[1:]))
        entries.append(Entry(name, Ref(f"{name}_drawn"), Ref(name), drawn_as, shape))
        given |= {f"{name}_drawn": drawn, name: guess}
    loss = LOSSES["mutual-info"]
    (term,) = loss.terms(loss.params(), codes=tuple(entries))
    assert term.side == "all"
    return execute(term.value, **given)


C, LOGITS = torch.tensor([2, 0]), torch.tensor([[0.1, 0.2, 0.3], [2.0, -1.0, 0.0]])
U, MEANS = torch.tensor([[0.5, -1.0], [0.0, 1.0]]), torch.tensor([[0.0, 1.0], [3.0, 1.0]])


def test_a_class_is_told_by_cross_entropy(execute) -> None:
    expected = -(LOGITS.softmax(1)[0, 2].log() + LOGITS.softmax(1)[1, 0].log()) / 2
    torch.testing.assert_close(information(execute, c=(C, LOGITS)), expected)


def test_numbers_are_told_by_their_normal_density(execute) -> None:
    density = torch.distributions.Normal(MEANS, 1.0).log_prob(U) + math.log(2 * math.pi) / 2
    expected = -density.sum(1).mean()
    torch.testing.assert_close(information(execute, u=(U, MEANS)), expected)


def test_numbers_are_told_with_a_learned_variance(execute) -> None:
    log_variance = torch.tensor([[0.3, -1.0], [0.0, 2.0]])
    normal = torch.distributions.Normal(MEANS, (0.5 * log_variance).exp())
    expected = -(normal.log_prob(U) + math.log(2 * math.pi) / 2).sum(1).mean()
    guess = torch.cat([MEANS, log_variance], 1)
    torch.testing.assert_close(information(execute, u=(U, guess)), expected)


def test_the_information_of_several_codes_is_their_sum(execute) -> None:
    alone = information(execute, c=(C, LOGITS)) + information(execute, u=(U, MEANS))
    torch.testing.assert_close(information(execute, c=(C, LOGITS), u=(U, MEANS)), alone)
