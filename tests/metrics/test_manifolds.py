"""Precision and recall on points whose neighbours can be counted by hand."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganforge.metrics.manifolds import precision_and_recall


def line(*places: float) -> Tensor:
    return torch.tensor(places)[:, None]


def test_balls_reach_to_the_kth_neighbour() -> None:
    real, fake = line(0, 1, 3, 10), line(-1, 4.5, 11, 18)
    # k = 1, balls of `real`: 0 ± 1, 1 ± 1, 3 ± 2, 10 ± 7; of `fake`: -1 ± 5.5, 4.5 ± 5.5,
    # 11 ± 6.5, 18 ± 7. All of `real` lies in some ball, 18 in none.
    assert precision_and_recall(real, fake, neighbours=1) == (0.75, 1.0)
    # 3 ± 2 alone holds 4.5.
    assert precision_and_recall(line(0, 1, 3), line(4.5, 5.1, 9), neighbours=1)[0] == pytest.approx(
        1 / 3
    )


def test_samples_far_away_have_neither_and_equal_sets_have_both() -> None:
    real = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    assert precision_and_recall(real, real + 100) == (0.0, 0.0)
    assert precision_and_recall(real, real) == (1.0, 1.0)


def test_samples_of_one_mode_have_precision_without_recall() -> None:
    noise = torch.Generator().manual_seed(0)
    near, far = torch.randn(200, 2, generator=noise), torch.randn(200, 2, generator=noise) + 50
    precision, recall = precision_and_recall(torch.cat([near, far]), near[:50] + 0.01)
    assert precision == 1
    assert 0.2 < recall <= 0.5


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 5))
def test_they_change_places_with_the_sets_and_ignore_scale(seed: int, neighbours: int) -> None:
    noise = torch.Generator().manual_seed(seed)
    real, fake = torch.randn(30, 3, generator=noise), torch.randn(20, 3, generator=noise) + 1
    precision, recall = precision_and_recall(real, fake, neighbours)
    assert precision_and_recall(fake, real, neighbours) == (recall, precision)
    assert precision_and_recall(8 * real, 8 * fake, neighbours) == (precision, recall)
    assert precision_and_recall(real.flip(0), fake.flip(0), neighbours) == (precision, recall)


def test_rows_taken_in_parts_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = torch.Generator().manual_seed(0)
    real, fake = torch.randn(70, 3, generator=noise), torch.randn(50, 3, generator=noise)
    whole = precision_and_recall(real, fake)
    monkeypatch.setattr("ganforge.metrics.manifolds._ROWS", 7)
    assert precision_and_recall(real, fake) == whole
