"""Losses equal their formulas, and their declarations call them."""

from __future__ import annotations

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
    assert generator == terms()[1]
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
