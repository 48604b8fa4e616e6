"""Losses equal their formulas, and their declarations call them."""

from __future__ import annotations

import math

import pytest
import torch
from pydantic import ValidationError

from ganforge.plugins import Call, Ref
from ganforge_blocks.plugin import ganforge_register_losses

LOSSES = {loss.name: loss for loss in ganforge_register_losses()}
REAL, FAKE = torch.tensor([[1.5, -0.3], [0.2, 2.0]]), torch.tensor([[-0.5, 1.2], [0.4, -3.0]])
D_REAL, D_FAKE = torch.sigmoid(REAL), torch.sigmoid(FAKE)
FORMULAS = {
    "non-saturating": (-D_REAL.log(), -(1 - D_FAKE).log(), -D_FAKE.log()),
    "saturating": (-D_REAL.log(), -(1 - D_FAKE).log(), (1 - D_FAKE).log()),
    "least-squares": ((REAL - 1) ** 2, FAKE**2, (FAKE - 1) ** 2),
    "wasserstein": (-REAL, FAKE, -FAKE),
    "hinge": ((1 - REAL).clamp(min=0), (1 + FAKE).clamp(min=0), -FAKE),
    "energy": (REAL, (1 - FAKE.mean(1)).clamp(min=0), FAKE),
}


def terms(**values):
    loss = LOSSES["adversarial"]
    return loss.terms(loss.params.model_validate(values))


@pytest.mark.parametrize("objective", FORMULAS)
@pytest.mark.parametrize("scale", [{}, {"real": 0.5, "fake": 0.25, "generator": 3.0}])
def test_objective_equals_its_formula(execute, objective, scale) -> None:
    of_real, of_fake, of_generator = (part.mean() for part in FORMULAS[objective])
    critic, generator = terms(objective=objective, scale=scale)
    assert (critic.side, generator.side) == ("critic", "generator")
    expected = scale.get("real", 1) * of_real + scale.get("fake", 1) * of_fake
    torch.testing.assert_close(execute(critic.value, real=REAL, fake=FAKE), expected)
    expected = scale.get("generator", 1) * of_generator
    torch.testing.assert_close(execute(generator.value, real=REAL, fake=FAKE), expected)


def test_every_objective_has_a_formula() -> None:
    with pytest.raises(ValidationError) as caught:
        terms(objective="?")
    expected = caught.value.errors()[0]["ctx"]["expected"]
    assert all(f"'{objective}'" in expected for objective in FORMULAS)
    assert expected.count("'") == 2 * len(FORMULAS)


def test_logistic_losses_stand_large_scores(execute) -> None:
    for term in terms():
        value = execute(term.value, real=torch.tensor([-1e4]), fake=torch.tensor([1e4]))
        assert torch.isfinite(value)


def test_scales_of_one_are_left_out() -> None:
    critic, generator = terms(scale={"real": 0.5, "generator": 1})
    where = "ganforge_blocks.losses.adversarial:non_saturating"
    assert critic.value == Call(f"{where}_critic", (Ref("real"), Ref("fake")), {"real_scale": 0.5})
    assert generator.value == Call(f"{where}_generator", (Ref("fake"),))


def test_targets_of_least_squares(execute) -> None:
    targets = {"real": 2, "fake": -1, "generator": 0.5}
    critic, generator = terms(objective="least-squares", targets=targets)
    expected = ((REAL - 2) ** 2).mean() + ((FAKE + 1) ** 2).mean()
    torch.testing.assert_close(execute(critic.value, real=REAL, fake=FAKE), expected)
    expected = ((FAKE - 0.5) ** 2).mean()
    torch.testing.assert_close(execute(generator.value, fake=FAKE), expected)


def test_smoothed_labels_are_cross_entropies(execute) -> None:
    critic, generator = terms(targets={"real": 0.9, "fake": 0.1}, scale={"fake": 2})
    of_real = -(0.9 * D_REAL.log() + 0.1 * (1 - D_REAL).log()).mean()
    of_fake = -(0.1 * D_FAKE.log() + 0.9 * (1 - D_FAKE).log()).mean()
    torch.testing.assert_close(execute(critic.value, real=REAL, fake=FAKE), of_real + 2 * of_fake)
    assert generator.value == terms()[1].value
    (_, generator) = terms(targets={"generator": 0.8}, scale={"generator": 3})
    expected = -3 * (0.8 * D_FAKE.log() + 0.2 * (1 - D_FAKE).log()).mean()
    torch.testing.assert_close(execute(generator.value, fake=FAKE), expected)


@pytest.mark.parametrize(
    "values, said",
    [
        ({"objective": "hinge", "targets": {"real": 0.9}}, "`hinge` has no targets"),
        ({"targets": {"real": 1.2}}, "are probabilities"),
    ],
)
def test_targets_that_mean_nothing_are_refused(values, said) -> None:
    with pytest.raises(ValidationError, match=said):
        terms(**values)


# Real scores 2 and 0, mean 1; fake scores 1 and -3, mean -1.
PAIRS = {
    ("paired", "non-saturating"): (math.log1p(math.exp(-1)) + math.log1p(math.exp(-3))) / 2,
    ("paired", "least-squares"): (0 + 2**2) / 2,
    ("paired", "hinge"): 0,
    ("average", "least-squares"): (2**2 + 0) / 2 + (1**2 + (-3) ** 2) / 2,
    ("average", "hinge"): 0 + (1 + 0) / 2,
}


@pytest.mark.parametrize(("pairing", "objective"), PAIRS)
def test_compared_scores_equal_numbers_worked_out_by_hand(execute, pairing, objective) -> None:
    real, fake = torch.tensor([[2.0], [0.0]]), torch.tensor([[1.0], [-3.0]])
    critic, generator = terms(pairing=pairing, objective=objective)
    value = execute(critic.value, real=real, fake=fake)
    assert value.item() == pytest.approx(PAIRS[pairing, objective], rel=1e-5)
    exchanged = execute(generator.value, real=fake, fake=real)
    torch.testing.assert_close(exchanged, value)


def test_averaged_logistic_loss_equals_its_formula(execute) -> None:
    critic, generator = terms(pairing="average", scale={"real": 0.5, "generator": 3})
    above, below = torch.sigmoid(REAL - FAKE.mean()), torch.sigmoid(FAKE - REAL.mean())
    expected = -0.5 * above.log().mean() - (1 - below).log().mean()
    torch.testing.assert_close(execute(critic.value, real=REAL, fake=FAKE), expected)
    expected = 3 * (-below.log().mean() - (1 - above).log().mean())
    torch.testing.assert_close(execute(generator.value, real=REAL, fake=FAKE), expected)


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("non-saturating", lambda: -(1 - D_REAL).log() - D_FAKE.log()),
        ("saturating", lambda: D_REAL.log() + (1 - D_FAKE).log()),
        ("least-squares", lambda: REAL**2 + (FAKE - 1) ** 2),
        ("wasserstein", lambda: REAL - FAKE),
        ("hinge", lambda: REAL - FAKE),
    ],
)
def test_with_real_scores_the_generators_side_wants_the_opposite(
    execute, objective, expected
) -> None:
    (_, generator) = terms(objective=objective, scale={"generator": 2})
    value = execute(generator.with_real, real=REAL, fake=FAKE)
    torch.testing.assert_close(value, 2 * expected().mean())


def test_an_energy_is_held_above_its_margin_sample_by_sample(execute) -> None:
    real, fake = torch.tensor([[1.0, 3.0], [0.0, 2.0]]), torch.tensor([[1.0, 2.0], [8.0, 4.0]])
    critic, generator = terms(objective="energy", margin=10, reduction="sum")
    assert execute(critic.value, real=real, fake=fake).item() == (4 + 2) / 2 + (7 + 0) / 2
    assert execute(generator.value, fake=fake).item() == (3 + 12) / 2
    (critic, _) = terms(objective="energy", margin=2)
    assert execute(critic.value, real=real[:, 0], fake=fake[:, 0]).item() == (1 + 0) / 2 + 1 / 2


@pytest.mark.parametrize(("top_k", "expected"), [(1, -2.0), (2, -1.5), (5, 2 / 3)])
def test_the_best_fakes_alone_move_the_generator(execute, top_k, expected) -> None:
    fake = torch.tensor([[1.0], [-5.0], [2.0]])
    (_, generator) = terms(objective="wasserstein", top_k=top_k)
    assert execute(generator.value, fake=fake).item() == pytest.approx(expected)


def test_the_best_fakes_of_an_energy_have_the_least(execute) -> None:
    (_, generator) = terms(objective="energy", top_k=1)
    assert execute(generator.value, fake=torch.tensor([[3.0], [1.0]])).item() == 1


@pytest.mark.parametrize(
    "values, said",
    [
        ({"objective": "wasserstein", "pairing": "paired"}, "does not compare scores"),
        ({"pairing": "paired", "scale": {"real": 2}}, "a pair has one term"),
        ({"objective": "least-squares", "pairing": "average", "targets": {}}, "have no targets"),
        ({"objective": "hinge", "margin": 2}, "`hinge` has no `margin`"),
        ({"reduction": "sum"}, "`non-saturating` has no `reduction`"),
        ({"top_k": 0}, "is a number of samples"),
        ({"top_k": 2, "pairing": "paired"}, "are taken all"),
    ],
)
def test_what_an_objective_does_not_have_is_refused(values, said) -> None:
    with pytest.raises(ValidationError, match=said):
        terms(**values)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 2, 3, 3), (1, 7)])
def test_orthogonality_equals_its_formula(execute, shape) -> None:
    (term,) = LOSSES["orthogonal"].terms(LOSSES["orthogonal"].params())
    weights = [torch.randn(shape, generator=torch.manual_seed(0)), torch.eye(4)]
    rows = weights[0].flatten(1)
    expected = ((rows @ rows.T) * (1 - torch.eye(len(rows)))).square().sum()
    torch.testing.assert_close(execute(term.value, networks=weights), expected)


def test_filters_at_right_angles_have_no_orthogonality_loss_whatever_their_norm(execute) -> None:
    (term,) = LOSSES["orthogonal"].terms(LOSSES["orthogonal"].params())
    weight = torch.diag(torch.tensor([1.0, 20.0, 0.1])) @ torch.linalg.qr(torch.randn(3, 3))[0]
    assert execute(term.value, networks=[weight]) < 1e-6
