"""Scores held to the averages of the other side equal numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch

from ganforge_blocks.losses.anchors import Anchors

REAL, FAKE = torch.tensor([[2.0], [0.0]]), torch.tensor([[1.0], [-3.0]])  # means 1 and -1


def test_scores_are_held_to_the_averages_of_the_other_side() -> None:
    memory = Anchors(decay=0.5)
    # The averages are the first means: 1 of real scores, -1 of fakes.
    expected = ((2 + 1) ** 2 + (0 + 1) ** 2) / 2 + ((1 - 1) ** 2 + (1 + 3) ** 2) / 2
    assert memory(REAL, FAKE).item() == expected
    # Then 0.5 * 1 + 0.5 * 3 = 2, and 0.5 * -1 + 0.5 * 1 = 0.
    expected = ((4 - 0) ** 2 + (2 - 0) ** 2) / 2 + ((2 - 3) ** 2 + (2 + 1) ** 2) / 2
    assert memory(REAL + 2, FAKE + 2).item() == expected
    assert (memory.real.item(), memory.fake.item()) == (2, 0)


def test_one_sided_counts_scores_on_their_own_side_of_the_average_alone() -> None:
    memory = Anchors(one_sided=True)
    real, fake = torch.tensor([[3.0], [-5.0]]), torch.tensor([[2.0], [-6.0]])  # means -1 and -2
    expected = ((3 + 2) ** 2 + 0) / 2 + (0 + (-1 + 6) ** 2) / 2
    assert memory(real, fake).item() == expected


@pytest.mark.parametrize("decay", [0.9, 0.0])
def test_the_gradient_is_that_of_the_distances_alone(decay: float) -> None:
    memory = Anchors(decay)
    memory(REAL, FAKE)
    real, fake = REAL.clone().requires_grad_(), FAKE.clone().requires_grad_()
    loss = memory(real, fake)
    memory(REAL + 9, FAKE + 9)  # the averages move on before the gradient is taken
    loss.backward()
    torch.testing.assert_close(real.grad, real.detach() + 1)  # 2 (D(x) - a) / 2, with a = -1
    torch.testing.assert_close(fake.grad, fake.detach() - 1)
