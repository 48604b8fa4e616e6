"""A number that adapts itself to a figure of the log."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import pytest
import torch

from ganforge.runtime.adaptive import Adaptive


def adaptive(**options: float) -> Adaptive:
    """It moves by 0.125 after every second round."""
    given = {"kimg": 0.512, "every": 2, **options}
    return Adaptive("sign", device=torch.device("cpu"), **given)  # type: ignore[arg-type]


def values(number: Adaptive, figures: Iterable[float]) -> list[float]:
    found = []
    for figure in figures:
        number.watch({"sign": torch.tensor(figure)}, 32)
        found.append(round(number.value.item(), 6))
    return found


def test_it_rises_above_its_target_and_falls_below() -> None:
    figures = [0.7, 0.7, 0.9, 0.5, 0.9, 0.1, 0.5, 0.5]
    assert values(adaptive(), figures) == [0, 0.125, 0.125, 0.25, 0.25, 0.125, 0.125, 0]


def test_it_stays_within_0_and_1() -> None:
    assert values(adaptive(start=0.05), [0, 0, 0, 0])[-1] == 0
    assert values(adaptive(start=0.95), [1, 1, 1, 1])[-1] == 1


def test_it_gets_from_0_to_1_within_its_kimg() -> None:
    number = adaptive(kimg=1.024, every=4)
    rounds = values(number, [1.0] * 40)
    assert rounds.index(1.0) + 1 == 1024 / 32


def test_it_stands_still_at_its_target() -> None:
    assert values(adaptive(target=0.5, start=0.5), [0.25, 0.75]) == [0.5, 0.5]


def test_rounds_without_the_figure_do_not_count() -> None:
    number = adaptive()
    number.watch({"sign": torch.tensor(1.0)}, 32)
    number.watch({}, 32)
    assert number.value == 0
    assert values(number, [1.0]) == [0.125]


@pytest.mark.parametrize("stop", range(6))
def test_its_state_holds_all_that_it_knows(stop: int) -> None:
    figures = [0.9, 0.8, 0.7, 0.1, 1.0, 1.0]
    number, again = adaptive(), adaptive()
    values(number, figures[:stop])
    again.load_state_dict(copy.deepcopy(number.state_dict()))
    assert values(again, figures[stop:]) == values(number, figures[stop:])
