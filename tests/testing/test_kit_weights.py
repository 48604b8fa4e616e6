"""What the kit says of inits and parametrisations of weights that are not as they should be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import register_parametrization

from ganforge.plugins import Call, Init, Parametrization, Params
from ganforge.testing import inits, weights
from ganforge.testing.inits import InitCases
from ganforge.testing.unmet import Unmet
from ganforge.testing.weights import WeightCases

HERE = __name__
OWNERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.Embedding)


def each(module: nn.Module, change: Callable[[Any], Any]) -> nn.Module:
    """Changes every layer with weights, and sets biases to 0."""
    for layer in list(module.modules()):
        if isinstance(layer, OWNERS):
            change(layer)
            if getattr(layer, "bias", None) is not None:
                nn.init.zeros_(layer.bias)
    return module


def narrow(module: nn.Module) -> nn.Module:
    return each(module, lambda layer: nn.init.normal_(layer.weight, std=0.01))


def scaled(module: nn.Module) -> nn.Module:
    return each(module, lambda layer: layer.weight.data.mul_(0.1))


def replaced(module: nn.Module) -> nn.Module:
    def change(layer: Any) -> None:
        layer.weight = nn.Parameter(torch.zeros_like(layer.weight))

    return each(module, change)


def forgetful(module: nn.Module) -> None:
    narrow(module)


def by_numpy(module: nn.Module) -> nn.Module:
    def change(layer: Any) -> None:
        layer.weight.data.copy_(torch.as_tensor(np.random.randn(*layer.weight.shape)))

    return each(module, change)


def with_norms(module: nn.Module) -> nn.Module:
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.normal_(norm.weight, 1, 0.1)
    return narrow(module)


def by_value(module: nn.Module) -> nn.Module:
    return each(module, lambda layer: layer.weight.data.fill_(layer.weight.sum().item() * 0 + 1))


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """This file is a module of a plugin; its source is not taken over here."""
    monkeypatch.setattr("ganforge.testing.inits.alone", _function)
    monkeypatch.setattr("ganforge.testing.values.alone", lambda call, *rest: lambda: _made(call))


def _function(call: Call, *rest: object) -> Any:
    return globals()[call.target.partition(":")[2]]


def _made(call: Call) -> Any:
    from ganforge.plugins.running import execute

    return execute(call)


def init(name: str, **changed: Any) -> Init:
    return replace(Init("own", "Starts weights.", Params, f"{HERE}:{name}"), **changed)


def broken(claims: Any, cases: Any) -> list[str]:
    """The promises that are not kept, each with what is said."""
    said = []
    for claim in claims:
        try:
            claim(cases)
        except Unmet as unmet:
            said.append(f"{claim.__name__}: {unmet}")
    return said


@pytest.mark.parametrize(
    "declared",
    [init("narrow"), init("with_norms", norms=lambda p: True)],
    ids=["narrow", "with norms"],
)
def test_a_sound_init_keeps_every_promise(declared: Init) -> None:
    assert broken(inits.CLAIMS, InitCases(declared)) == []


@pytest.mark.parametrize(
    ("declared", "promise", "said"),
    [
        (init("missing"), "has_a_sound_declaration", "missing` does not load: AttributeError"),
        (init("narrow", summary="starts"), "has_a_sound_declaration", "end it with a full stop"),
        (init("scaled"), "starts_every_weight", "it leaves values of `weight` as they were"),
        (init("replaced"), "starts_every_weight", "it replaces `weight` by another tensor"),
        (init("forgetful"), "starts_every_weight", "end it with `return module`"),
        (init("by_numpy"), "draws_from_the_usual_stream", "`torch.nn.init` do"),
        (init("with_norms"), "starts_norms_only", "declare `norms=lambda p: True`"),
        (init("narrow", norms=lambda p: True), "starts_norms_only", "declare it without `norms`"),
        (init("by_value"), "needs_no_memory", "it fails on the meta device"),
    ],
)
def test_each_mistake_of_an_init_is_found_and_told(declared: Init, promise: str, said: str) -> None:
    claim = next(claim for claim in inits.CLAIMS if claim.__name__.startswith(promise))
    (found,) = broken([claim], InitCases(declared))
    assert said in found and "what to do: " in found


class Scaled(nn.Module):
    """Weights divided by their norm."""

    def forward(self, weight: Tensor) -> Tensor:
        return weight / weight.flatten().norm().clamp(min=1e-6)


class Cut(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        return weight.detach() * 2


class Remembered(nn.Module):
    """Depends on a tensor that no checkpoint holds."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = torch.rand(()) + 1

    def forward(self, weight: Tensor) -> Tensor:
        return weight * self.factor


class Doubled(nn.Module):
    def forward(self, weight: Tensor) -> Tensor:
        return 2 * weight


def parametrized(module: nn.Module, part: type[nn.Module]) -> nn.Module:
    for layer in list(module.modules()):
        if isinstance(layer, OWNERS):
            register_parametrization(layer, "weight", part())
    return module


def normed(module: nn.Module) -> nn.Module:
    return parametrized(module, Scaled)


def doubled(module: nn.Module) -> nn.Module:
    return parametrized(module, Doubled)


def cut(module: nn.Module) -> nn.Module:
    return parametrized(module, Cut)


def remembered(module: nn.Module) -> nn.Module:
    return parametrized(module, Remembered)


def shallow(module: nn.Module) -> nn.Module:
    """Acts on a layer, and not on those in others."""
    if isinstance(module, OWNERS):
        register_parametrization(module, "weight", Doubled())
    return module


def redrawn(module: nn.Module) -> nn.Module:
    for layer in list(module.modules()):
        if isinstance(layer, OWNERS):
            nn.init.normal_(layer.weight, std=1 / math.sqrt(layer.weight[0].numel()))
    return parametrized(module, Doubled)


def weighted(name: str, **changed: Any) -> Parametrization:
    sound = Parametrization("own", "Computes weights.", Params, f"{HERE}:{name}")
    return replace(sound, **changed)


@pytest.mark.parametrize(
    "declared",
    [weighted("normed", bounds=True), weighted("doubled"), weighted("redrawn", starts=True)],
    ids=["normed", "doubled", "redrawn"],
)
def test_a_sound_parametrisation_keeps_every_promise(declared: Parametrization) -> None:
    assert broken(weights.CLAIMS, WeightCases(declared)) == []


@pytest.mark.parametrize(
    ("declared", "promise", "said"),
    [
        (weighted("forgetful"), "keeps_the_shape", "end it with `return module`"),
        (weighted("shallow"), "acts_on_every_weight", "walk over `module.modules()`"),
        (weighted("redrawn"), "starts_weights_only", "declare `starts=True`"),
        (weighted("doubled", starts=True), "starts_weights_only", "declare it without `starts`"),
        (weighted("doubled", bounds=True), "keeps_its_bound", "declare it without `bounds`"),
        (weighted("cut"), "learns_through_it", "no gradient reaches its parameter"),
        (weighted("remembered"), "keeps_its_state", "`register_buffer`"),
    ],
)
def test_each_mistake_of_a_parametrisation_is_found_and_told(
    declared: Parametrization, promise: str, said: str
) -> None:
    claim = next(claim for claim in weights.CLAIMS if claim.__name__.startswith(promise))
    (found,) = broken([claim], WeightCases(declared))
    assert said in found and "what to do: " in found
