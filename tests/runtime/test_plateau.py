"""A number that follows a figure of the log falls where that no longer does."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import pytest
import torch

from ganforge.runtime.plateau import Plateau

CPU = torch.device("cpu")


def values(schedule: Plateau, figures: Iterable[float]) -> list[float]:
    """The number after each round."""
    found = []
    for figure in figures:
        schedule.watch({"loss": torch.tensor(figure)})
        found.append(schedule.value)
    return found


def test_a_number_falls_at_the_end_of_a_window_whose_mean_has_not_fallen() -> None:
    schedule = Plateau(8.0, "loss", window=2, device=CPU)
    figures = [3, 5, 4, 2, 1, 5, 3, 3, 2, 2]  # means 4, 3, 3, 3, 2
    assert values(schedule, figures) == [8, 8, 8, 8, 8, 4, 4, 2, 2, 2]


def test_it_falls_by_its_factor_and_not_below_its_low() -> None:
    schedule = Plateau(1.0, "loss", window=1, factor=0.25, low=0.1, device=CPU)
    assert values(schedule, [1, 1, 1, 1]) == [1, 0.25, 0.1, 0.1]


@pytest.mark.parametrize(("threshold", "falls"), [(0.1, True), (0.01, False)])
def test_the_mean_must_fall_by_a_share_of_itself(threshold: float, falls: bool) -> None:
    for sign in (1, -1):
        schedule = Plateau(1.0, "loss", window=1, threshold=threshold, device=CPU)
        assert (values(schedule, [sign * 10, sign * 10 - 0.5])[-1] < 1) == falls


def test_rounds_without_the_figure_do_not_count() -> None:
    schedule = Plateau(1.0, "loss", window=1, device=CPU)
    schedule.watch({"other": torch.tensor(1.0)})
    assert values(schedule, [1.0]) == [1]
    schedule.watch({})
    assert values(schedule, [1.0]) == [0.5]


def test_its_state_holds_all_that_it_knows() -> None:
    figures = [3.0, 5.0, 4.0, 4.5, 1.0, 9.0, 3.0]
    for stop in range(len(figures)):
        schedule, again = (Plateau(8.0, "loss", window=2, device=CPU) for _ in range(2))
        values(schedule, figures[:stop])
        again.load_state_dict(copy.deepcopy(schedule.state_dict()))
        assert values(again, figures[stop:]) == values(schedule, figures[stop:])
