"""Parametrised weights: what they compute, and that they can be copied, kept and trained."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from ganforge_blocks.weights import equalized, spectral

LAYERS = {
    "linear": lambda: nn.Linear(6, 5),
    "conv": lambda: nn.Conv2d(6, 5, 3),
    "conv-transpose": lambda: nn.ConvTranspose2d(6, 5, 3),
    "embedding": lambda: nn.Embedding(6, 5),
}
FAN_IN = {"linear": 6, "conv": 54, "conv-transpose": 6, "embedding": 6}
every_layer = pytest.mark.parametrize("name", LAYERS)


@every_layer
def test_spectral_weights_have_norm_one(name) -> None:
    layer = spectral(LAYERS[name](), iterations=50)
    weight = layer.weight.transpose(0, 1) if name == "conv-transpose" else layer.weight
    assert torch.linalg.matrix_norm(weight.flatten(1), 2).item() == pytest.approx(1, rel=1e-3)


@every_layer
def test_equalized_weights_have_the_deviation_of_he(name) -> None:
    torch.manual_seed(0)
    layer = equalized(LAYERS[name](), gain=2.0, lr=0.01)
    original = layer.parametrizations.weight.original
    assert original.std().item() == pytest.approx(100, rel=0.4)
    factor = 2 * 0.01 / math.sqrt(FAN_IN[name])
    torch.testing.assert_close(layer.weight, factor * original)


def test_equalized_biases_start_at_zero_and_learn_at_their_rate() -> None:
    layer = equalized(nn.Linear(6, 5), lr=0.01)
    assert not layer.bias.any()
    layer(torch.zeros(1, 6)).sum().backward()
    torch.testing.assert_close(layer.parametrizations.bias.original.grad, torch.full((5,), 0.01))


@pytest.mark.parametrize("parametrize", [spectral, equalized])
def test_a_copy_computes_the_same_and_keeps_its_weights_to_itself(parametrize) -> None:
    network = parametrize(nn.Sequential(nn.Linear(6, 5), nn.Linear(5, 1))).eval()
    other, x = copy.deepcopy(network), torch.randn(3, 6)
    torch.testing.assert_close(network(x), other(x), rtol=0, atol=0)
    before = other(x)
    with torch.no_grad():
        network[0].parametrizations.weight.original.add_(torch.randn(5, 6))
    assert not torch.equal(network(x), before)
    assert torch.equal(other(x), before)


@pytest.mark.parametrize("parametrize", [spectral, equalized])
def test_a_state_restores_another_start(parametrize) -> None:
    torch.manual_seed(0)
    one, other = (parametrize(nn.Conv2d(3, 4, 3)).eval() for _ in range(2))
    other.load_state_dict(one.state_dict())
    x = torch.randn(2, 3, 5, 5)
    assert torch.equal(one(x), other(x))


@pytest.mark.parametrize("parametrize", [spectral, equalized])
def test_a_gradient_can_be_differentiated(parametrize) -> None:
    network = parametrize(nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 1)))
    x = torch.randn(3, 6, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
    gradient.square().sum().backward()
    assert all(p.grad is not None for name, p in network.named_parameters() if "weight" in name)
