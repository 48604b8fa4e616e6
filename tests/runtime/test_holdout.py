"""Samples that are kept from training."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program
from ganforge.runtime.crops import Cropped
from ganforge.runtime.data import Data, first_batch, next_batch
from ganforge.runtime.domains import Domains
from ganforge.runtime.errors import RunError
from ganforge.runtime.holdout import hold_out
from ganforge.runtime.state import State, random_stream


def counted(length: int, name: str = "i") -> Data:
    return Data(length, lambda index: {name: torch.tensor(index)})


def whole(data: Data | None, name: str = "i") -> list[int]:
    assert data is not None
    return data.read(list(range(data.count)))[name].tolist()


def new_state() -> State:
    return State({}, {}, random_stream(0, "noise", torch.device("cpu")), seed=3)


@given(st.integers(2, 60), st.data())
def test_every_sample_is_either_trained_on_or_held_out(length: int, data: Any) -> None:
    kept = data.draw(st.integers(1, length - 1))
    split = hold_out(counted(length), kept)
    assert len(whole(split.held_out)) == kept
    assert sorted(whole(split) + whole(split.held_out)) == list(range(length))


def test_a_share_is_held_out_and_always_the_same() -> None:
    first, again = (whole(hold_out(counted(50), 0.1).held_out) for _ in range(2))
    assert len(first) == 5 and first == again != sorted(first)


@pytest.mark.parametrize("holdout", [10, 11, 0.01, 0.99])
def test_a_holdout_that_leaves_nothing_is_refused(holdout: float) -> None:
    with pytest.raises(RunError, match=r"`holdout = [\d.]+` keeps \d+ of 10 samples"):
        hold_out(counted(10), holdout)


def test_samples_are_made_from_what_is_held_out_and_training_never_sees_it() -> None:
    data, state = hold_out(counted(20), 5), new_state()
    kept = set(whole(data.held_out))
    assert set(first_batch(state, data, 5, seed=1)["i"].tolist()) == kept
    assert not kept & set(next_batch(state, data, 40)["i"].tolist())
    assert len(set(first_batch(state, counted(20), 20, seed=1)["i"].tolist())) == 20


def test_each_domain_holds_out_its_own_samples() -> None:
    data = Domains([hold_out(counted(10, "a"), 3), hold_out(counted(6, "b"), 2)])
    assert data.count == 7 and data.held_out is not None and data.held_out.count == 3
    held = data.held_out.read([0, 1, 2])
    assert held["a"].tolist() == whole(hold_out(counted(10), 3).held_out)
    assert held["b"].tolist()[:2] == whole(hold_out(counted(6), 2).held_out)


def test_held_out_images_are_cropped_around_the_centre() -> None:
    images = Data(4, lambda index: {"x": torch.arange(36).reshape(1, 1, 6, 6)[[0] * len(index)]})
    data = Cropped(hold_out(images, 1), {"x": (2, 2)}, margins=True)
    assert data.held_out is not None
    assert data.held_out.read([0])["x"].flatten().tolist() == [14, 15, 20, 21]


def test_a_program_opens_both_parts() -> None:
    compilation = compile_spec("dcgan", ["data.holdout=10", "data.count=50", "size=16"])
    data = import_program(compilation.program().text).open_data("shapes")
    assert data.count == 40 and data.held_out.count == 10
    assert "hold_out(" not in compile_spec("dcgan").program().text
