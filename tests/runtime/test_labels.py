"""Labels that training sees hidden or noisy."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ganforge.codegen.program import build_program
from ganforge.metrics.measured import measured
from ganforge.pipeline import compile_spec
from ganforge.plugins import LabelNoise
from ganforge.plugins import Tensor as Shape
from ganforge.runs.programs import import_program
from ganforge.runtime.data import Data, first_batch, next_batch
from ganforge.runtime.errors import RunError
from ganforge.runtime.holdout import hold_out
from ganforge.runtime.labels import NoisyLabels, PartlyLabelled, exchanged, redrawn
from ganforge.runtime.labels import drawn as drawn_by
from ganforge.runtime.state import State, random_stream
from ganforge_blocks.checks import NoParams
from ganforge_blocks.labels import BLOCKS
from ganforge_blocks.losses.classes import drawn_odds, exchanged_odds, noisy_class, redrawn_odds
from ganforge_blocks.modules.labels import restored

COUNT = 200_000
PAIRS = [(0, 1), (1, 0), (2, 1)]


def classes(count: int = 100, kinds: int = 4) -> Data:
    def read(index: list[int]) -> dict[str, Tensor]:
        return {"i": torch.tensor(index), "y": torch.tensor(index) % kinds}

    return Data(count, read)


def confusion(clean: Tensor, noisy: Tensor, kinds: int = 4) -> Tensor:
    """p(noisy | clean) as it was found."""
    found = torch.zeros(kinds, kinds).index_put_((clean, noisy), torch.ones(()), accumulate=True)
    return found / found.sum(1, keepdim=True)


def drawn(kinds: int = 4) -> tuple[Tensor, Tensor]:
    torch.manual_seed(0)
    return torch.randint(kinds, (COUNT,)), torch.rand(COUNT)


def symmetric(rate: float) -> Tensor:
    return (1 - rate) * torch.eye(4) + rate / 4


def pairs_of(rate: float) -> Tensor:
    keep = 1 - rate
    rows = [[keep, rate, 0, 0], [rate, keep, 0, 0], [0, rate, keep, 0], [0, 0, 0, 1]]
    return torch.tensor(rows)


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0])
def test_noisy_classes_have_the_transitions_of_their_model(rate: float) -> None:
    y, chance = drawn()
    near = partial(torch.testing.assert_close, atol=0.01, rtol=0)
    near(confusion(y, redrawn(y, chance, 4, rate)), symmetric(rate))
    near(confusion(y, exchanged(y, chance, PAIRS, rate)), pairs_of(rate))


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_clean_classes_have_the_law_of_bayes(rate: float) -> None:
    y, chance = drawn()
    noisy = exchanged(y, chance, PAIRS, rate)
    clean = restored(noisy, torch.rand(COUNT), origins(rate))
    backwards = pairs_of(rate) / pairs_of(rate).sum(0)
    torch.testing.assert_close(confusion(noisy, clean), backwards.T, atol=0.015, rtol=0)


def origins(rate: float) -> list[tuple[int, int, float, float]]:
    """What the declaration of `clean` gives the program."""
    clean = next(block for block in BLOCKS if block.name == "clean")
    label = Shape((), classes=4, noise=LabelNoise(rate, tuple(PAIRS), noisy=True))
    assert clean.function is not None
    return list(clean.function(NoParams(), label, Shape(())).args[2])


UNEVEN = ((0.5, 0.2, 0.3, 0.0), (0.1, 0.9, 0.0, 0.0), (0.0, 0.0, 0.6, 0.4), (0.0, 1.0, 0.0, 0.0))


def test_a_matrix_makes_classes_noisy_and_clean_again() -> None:
    y, chance = drawn()
    transition = torch.tensor(UNEVEN)
    noisy = drawn_by(y, chance, transition)
    torch.testing.assert_close(confusion(y, noisy), transition, atol=0.01, rtol=0)
    clean = next(block for block in BLOCKS if block.name == "clean")
    assert clean.function is not None
    label = Shape((), classes=4, noise=LabelNoise(0.0, (), True, UNEVEN))
    backwards = torch.tensor(clean.function(NoParams(), label, Shape(())).args[2].rows)
    torch.testing.assert_close(backwards, (transition / transition.sum(0)).T)
    restored_y = drawn_by(noisy, torch.rand(COUNT), backwards)
    torch.testing.assert_close(confusion(noisy, restored_y), backwards, atol=0.02, rtol=0)


def test_the_corrected_loss_is_that_of_the_noisy_class() -> None:
    logits = torch.randn(5, 4, dtype=torch.float64)
    target = torch.tensor([0, 1, 3, -1, 2])
    known = torch.tensor(UNEVEN, dtype=torch.float64)
    for odds, matrix in (
        (redrawn_odds(logits, 0.3), symmetric(0.3).double()),
        (exchanged_odds(logits, PAIRS, 0.3), pairs_of(0.3).double()),
        (drawn_odds(logits, known), known),
    ):
        expected = logits.softmax(1) @ matrix
        torch.testing.assert_close(odds, expected)
        kept = target >= 0
        value = -(expected[kept, target[kept]] + 1e-8).log().mean()
        torch.testing.assert_close(noisy_class(odds, target), value)


@given(st.integers(1, 100), st.integers(1, 4))
def test_every_class_has_as_many_labels_and_they_stay(labelled: int, kinds: int) -> None:
    data, state = PartlyLabelled(classes(400, kinds), "y", kinds, labelled), new_state()
    first, second = (next_batch(state, data, 400) for _ in range(2))
    carried = first["i"][first["y"] >= 0]
    assert set(carried.tolist()) == set(second["i"][second["y"] >= 0].tolist())
    counts = torch.bincount(first["y"][first["y"] >= 0], minlength=kinds)
    assert counts.sum() == labelled and counts.max() - counts.min() <= 1
    assert torch.equal(first["y"][first["y"] >= 0], carried % kinds)


@given(st.integers(1, 64), st.floats(0.05, 0.95))
def test_each_batch_has_its_share_of_labels(batch: int, share: float) -> None:
    data, state = PartlyLabelled(classes(), "y", 4, 20, share), new_state()
    for _ in range(5):
        seen = next_batch(state, data, batch)
        assert len(seen["y"]) == batch
        assert abs((seen["y"] >= 0).sum() - share * batch) <= 1


def test_half_a_batch_is_half_of_it_and_all_samples_are_visited() -> None:
    data, state = PartlyLabelled(classes(), "y", 4, 20, 0.5), new_state()
    batches = [next_batch(state, data, 16) for _ in range(10)]
    assert all((seen["y"] >= 0).sum() == 8 for seen in batches)
    assert set(torch.cat([seen["i"] for seen in batches]).tolist()) == set(range(100))


def test_noise_is_put_on_a_label_once_and_below_what_hides_it() -> None:
    noisy = NoisyLabels(classes(), "y", partial(redrawn, classes=4, rate=1.0), seed=3)
    both, state = PartlyLabelled(noisy, "y", 4, 40), new_state()
    first, second = (by_number(next_batch(state, noisy, 100)) for _ in range(2))
    assert first == second and any(label != number % 4 for number, label in first.items())
    seen = by_number(next_batch(new_state(), both, 100))
    assert all(label in (-1, first[number]) for number, label in seen.items())
    other = NoisyLabels(classes(), "y", noisy.noise, seed=4)
    assert by_number(next_batch(new_state(), other, 100)) != first


def test_samples_and_metrics_see_the_labels_as_they_are() -> None:
    for inner in (classes(), hold_out(classes(), 30)):
        noisy = NoisyLabels(inner, "y", partial(redrawn, classes=4, rate=1.0), seed=3)
        data = PartlyLabelled(noisy, "y", 4, 8)
        shown = [first_batch(new_state(), data, 30, seed=1), data.read(list(range(data.count)))]
        assert all(torch.equal(batch["y"], batch["i"] % 4) for batch in shown)


def test_labels_that_are_not_there_are_refused() -> None:
    with pytest.raises(RunError, match=r"takes 26 samples of class 0, and the data have 25"):
        PartlyLabelled(classes(), "y", 4, 101)
    with pytest.raises(RunError, match=r"all 100 samples are labelled"):
        PartlyLabelled(classes(), "y", 4, 100, 0.5)


def test_a_program_opens_only_what_its_spec_asks_for() -> None:
    plain = compile_spec("acgan").program()
    corrupt = "{ kind = 'pairs', rate = 1, pairs = [[0, 1]] }"
    kept = ["data.count=60", "data.fields.label.labelled=20"]
    altered = compile_spec("acgan", [*kept, f"data.fields.label.corrupt={corrupt}"]).program()
    assert "abels" not in plain.text.partition("class ")[0]
    assert plain.spec_hash != altered.spec_hash
    data = import_program(altered.text).open_data("shapes")
    seen = data.visit(0, data.count, 0)["label"]
    assert (seen >= 0).sum() == 20 and not (seen == 0).any()


def test_data_that_are_not_the_run_s_own_need_not_have_its_labels() -> None:
    changed = ["data.fields.label.labelled=5000", "data.holdout=0.5", "data.count=60"]
    compilation = compile_spec("acgan", changed)
    assert compilation.plan is not None
    whole = measured(compilation.plan, whole=True)
    opened = import_program(build_program(whole.plan, compilation.registry).text)
    assert opened.open_data("shapes").count == 60
    with pytest.raises(RunError, match="give a smaller number"):
        import_program(compilation.program().text).open_data("shapes")


def new_state() -> State:
    return State({}, {}, random_stream(0, "noise", torch.device("cpu")), seed=3)


def by_number(batch: dict[str, Tensor]) -> dict[int, int]:
    return dict(zip(batch["i"].tolist(), batch["y"].tolist(), strict=True))
