"""What the kit says of losses that are not as they should be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganforge.plugins import Call, Loss, Params, Ref, Term, call
from ganforge.testing.losses import CLAIMS, LossCases
from ganforge.testing.unmet import Unmet

HERE = __name__
TENSORS = ("original", "reconstruction")


def charbonnier(a: Tensor, b: Tensor) -> Tensor:
    return ((a - b).square() + 1e-6).sqrt().mean()


def per_sample(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).abs().flatten(1).mean(1)


def detached(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).detach().abs().mean()


def infinite(a: Tensor, b: Tensor) -> Tensor:
    return ((a - b) / 0).mean()


def rooted(a: Tensor, b: Tensor) -> Tensor:
    return ((a - b) * 0).square().sum().sqrt()


def single(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).float().abs().mean()


class Memory(nn.Module):
    """Remembers how large the loss was, beside its buffers if `hidden`."""

    def __init__(self, hidden: bool = False) -> None:
        super().__init__()
        self.hidden, self.last = hidden, 0.0
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        value = (a - b).abs().mean()
        self.mean.lerp_(value.detach(), 0.5)
        self.last += 1.0 if self.hidden else 0.0
        return value * (1 + self.mean) + self.last


def loss(name: str = "charbonnier", **changed: Any) -> Loss:
    """A loss that is right, but for what is changed."""
    value = call(f"{HERE}:{name}", Ref("original"), Ref("reconstruction"))
    sound = Loss("own", "A distance.", Params, TENSORS, lambda p: (Term("all", value),))
    return replace(sound, **changed)


def remembering(hidden: bool, **changed: Any) -> Loss:
    value = call("self", Ref("original"), Ref("reconstruction"))
    made = call(f"{HERE}:Memory", hidden)
    terms = (Term("all", value),)
    return loss(terms=lambda p: terms, module=lambda p: made, **changed)


def broken(declared: Loss) -> list[str]:
    """The promises that a loss does not keep, each with what is said."""
    said = []
    for claim in CLAIMS:
        try:
            claim(LossCases(declared))
        except Unmet as unmet:
            said.append(f"{claim.__name__}: {unmet}")
    return said


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """This file is a module of a plugin; its source is not taken over here."""
    monkeypatch.setattr("ganforge.testing.losses.alone", _called)


def _called(made: Call, inputs: list[str], *rest: object) -> Any:
    if made.target == "self":
        return lambda original, reconstruction, self: self(original, reconstruction)
    return globals()[made.target.partition(":")[2]] if not inputs else _function(made)


def _function(made: Call) -> Any:
    function = globals()[made.target.partition(":")[2]]
    return lambda original, reconstruction: function(original, reconstruction)


def test_sound_losses_keep_every_promise() -> None:
    assert broken(loss()) == []
    assert broken(remembering(hidden=False, reports=("mean",))) == []


@pytest.mark.parametrize(
    ("declared", "promise", "said"),
    [
        (loss(summary="near"), "has_a_sound_declaration", "full stop"),
        (loss(unlabelled=("target",)), "has_a_sound_declaration", "target is none of its tensors"),
        (loss("per_sample"), "has_a_sound_declaration", "its value is not one number"),
        (loss("detached"), "gives_finite_numbers_and_gradients", "no `.item()`"),
        (loss("infinite"), "gives_finite_numbers_and_gradients", "take stable forms"),
        (loss("rooted"), "gives_finite_numbers_and_gradients", "under roots"),
        (loss("single"), "moves_between_types", "given float64 it returns torch.float32"),
        (remembering(True), "keeps_its_state", "in buffers"),
        (remembering(False, reports=("level",)), "keeps_its_state", "`register_buffer('level'"),
    ],
)
def test_each_mistake_of_a_loss_is_found_and_told(declared: Loss, promise: str, said: str) -> None:
    found = [text for text in broken(declared) if text.startswith(promise)]
    assert found and said in found[0] and "what to do: " in found[0]


def test_a_side_without_scores_is_refused() -> None:
    value = call(f"{HERE}:charbonnier", Ref("original"), Ref("reconstruction"))
    sided = loss(terms=lambda p: (Term("critic", value),))
    assert any("take the tensors `real` and `fake`" in text for text in broken(sided))
