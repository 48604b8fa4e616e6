"""A history gives back what a plain loop over its samples would."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganforge_blocks.losses.history import History


def one_by_one(pool: list[float], size: int, chance: Tensor, new: Tensor) -> list[float]:
    """The pool of Zhu et al. 2017: one sample at a time."""
    given_back = []
    for (where, whether), value in zip(chance.tolist(), new.tolist(), strict=True):
        if len(pool) < size:
            pool.append(value)
            given_back.append(value)
        elif whether < 0.5:
            slot = int(where * size)
            given_back.append(pool[slot])
            pool[slot] = value
        else:
            given_back.append(value)
    return given_back


@settings(deadline=None, max_examples=60)
@given(size=st.integers(1, 6), batch=st.integers(1, 9), seed=st.integers(0, 2**31))
def test_a_history_acts_as_if_samples_came_one_by_one(size: int, batch: int, seed: int) -> None:
    stream, pool = torch.Generator().manual_seed(seed), list[float]()
    history = History(size, torch.zeros(()), torch.tensor(0))
    for step in range(6):
        new = torch.arange(1, batch + 1) + 100 * step
        chance = torch.rand(batch, 2, generator=stream)
        numbers, classes = history(chance, new.float(), new)
        assert numbers.tolist() == classes.tolist() == one_by_one(pool, size, chance, new.float())
    assert history.stored_0.tolist()[: len(pool)] == pool


def test_images_and_their_classes_stay_together() -> None:
    history = History(3, torch.zeros(2, 4, 4), torch.tensor(0))
    for step in range(8):
        classes = torch.tensor([2 * step, 2 * step + 1])
        images = classes.float().view(2, 1, 1, 1).expand(2, 2, 4, 4)
        shown, of = history(torch.rand(2, 2), images, classes)
        assert shown.equal(of.float().view(2, 1, 1, 1).expand(2, 2, 4, 4))


def test_a_history_passes_no_gradient() -> None:
    new = torch.ones(2, 3, requires_grad=True)
    (shown,) = History(4, torch.zeros(3))(torch.rand(2, 2), new)
    assert not shown.requires_grad
