"""Inits give the statistics they name, to weights alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganforge_blocks import inits
from ganforge_blocks.modules.affine import Bias, Scale
from ganforge_blocks.modules.maxout import Maxout
from ganforge_blocks.plugin import ganforge_register_inits

LAYERS = {
    "conv": lambda: nn.Conv2d(32, 64, 3),
    "conv-transpose": lambda: nn.ConvTranspose2d(64, 32, 3),
    "linear": lambda: nn.Linear(288, 128),
    "embedding": lambda: nn.Embedding(64, 288),
    "maxout": lambda: Maxout(288, 64, 2),
}
STATISTICS = {  # parameters, deviation, largest size; each layer has 288 inputs to a unit
    "normal": ({"std": 0.02}, 0.02, None),
    "truncated-normal": ({"std": 0.02}, 0.0176, 0.04),
    "uniform": ({"bound": 0.06}, 0.06 / 3**0.5, 0.06),
    "he-normal": ({}, (2 / 288) ** 0.5, None),
    "zeros": ({}, 0.0, 0.0),
    "ones": ({}, 0.0, 1.0),
}
INITS = {init.name: init for init in ganforge_register_inits()}


def started(name: str, module: nn.Module, **values: float) -> nn.Module:
    torch.manual_seed(0)
    read = INITS[name].params.model_validate(values).model_dump()
    result = getattr(inits, INITS[name].function.partition(":")[2])(module, **read)
    assert result is module
    return module


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", STATISTICS)
def test_weights_have_the_named_deviation(name, layer) -> None:
    values, deviation, largest = STATISTICS[name]
    parameters = dict(started(name, LAYERS[layer](), **values).named_parameters())
    weight = next(p for key, p in parameters.items() if key.endswith("weight"))
    assert weight.std().item() == pytest.approx(deviation, rel=0.04)
    assert largest is None or weight.abs().max() <= largest
    assert all(not p.any() for key, p in parameters.items() if key.endswith("bias"))


def test_xavier_bound_follows_inputs_and_outputs() -> None:
    weight = started("xavier-uniform", nn.Linear(300, 100), gain=2).weight
    bound = 2 * (6 / 400) ** 0.5
    assert weight.abs().max() <= bound
    assert weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.02)


def test_orthogonal_rows_have_the_length_of_the_gain() -> None:
    weight = started("orthogonal", nn.Conv2d(8, 16, 3), gain=0.5).weight.flatten(1)
    torch.testing.assert_close(weight @ weight.T, 0.25 * torch.eye(16), rtol=0, atol=1e-5)


def test_every_init_is_tested() -> None:
    assert set(INITS) == {*STATISTICS, "xavier-uniform", "orthogonal"}


def test_norms_start_around_one_only_with_norm_std() -> None:
    norms = (nn.BatchNorm2d(4096), nn.InstanceNorm2d(4096, affine=True), nn.GroupNorm(1, 4096))
    for norm in norms:
        nn.init.constant_(norm.bias, 3)
        assert started("normal", norm, std=0.02).weight.std() == 0
        weight = started("normal", norm, std=0.02, norm_std=0.02).weight
        assert weight.mean().item() == pytest.approx(1, abs=2e-3)
        assert weight.std().item() == pytest.approx(0.02, rel=0.04)
        assert not norm.bias.any()


def test_other_parameters_are_left_alone() -> None:
    others = nn.Sequential(
        Bias(torch.ones(3)), Scale(torch.ones(3)), nn.PReLU(), nn.BatchNorm2d(3, affine=False)
    )
    before = {key: value.clone() for key, value in others.state_dict().items()}
    started("normal", others, std=1, norm_std=1)
    assert all(torch.equal(value, before[key]) for key, value in others.state_dict().items())
