"""StyleGAN's networks return what reference networks return for the same filling."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

import ganforge
from ganforge_blocks.modules.affine import Bias, Constant
from ganforge_blocks.modules.noise import Noise

STRENGTHS = pytest.mark.parametrize("fixture", ["fixture", "fixture_strong"])


@pytest.fixture(scope="module")
def networks() -> dict[str, nn.Module]:
    """As the reference differs from the official code: without truncation, which it has in training
    alone; with PyTorch's `eps`, not 1e-8; and with no activation where its critic takes colours.
    """
    gan = ganforge.build("stylegan", {"size": 32, "psi": 1})
    for module in gan.networks["G"].modules():
        if isinstance(module, nn.InstanceNorm2d):
            module.eps = 1e-5
    colours = gan.networks["D"].below_3
    assert isinstance(colours[1], nn.LeakyReLU)
    colours[1] = nn.Identity()
    return {name: network.eval() for name, network in gan.networks.items()}


def learned(layer: nn.Module) -> dict[str, nn.Parameter]:
    """What training moves of a layer, by its name in the reference."""
    own = {"weight": layer.parametrizations.weight.original}
    if is_parametrized(layer, "bias"):
        return {**own, "bias": layer.parametrizations.bias.original}
    return own if layer.bias is None else {**own, "bias": layer.bias}


def layers_of(network: nn.Module, kind: type[nn.Module]) -> list[nn.Module]:
    """Layers with weights that are scaled, as they are called."""
    return [m for m in network.modules() if isinstance(m, kind) and is_parametrized(m)]


def of_generator(generator: nn.Module, units: list[Any]) -> Iterator[tuple[Any, nn.Parameter]]:
    """The reference's parameters with those of G; its convolutions own the biases before noise."""
    convs = layers_of(generator, nn.Conv2d)
    colours = iter([learned(conv) for conv in convs if conv.kernel_size == (1, 1)][-2:])
    weights = iter(learned(conv) for conv in convs if conv.kernel_size == (3, 3))
    styles = iter(learned(style) for style in layers_of(generator, nn.Linear))
    noises = iter({"weight": m.weight} for m in generator.modules() if isinstance(m, Noise))
    biases = [m.bias for m in generator.modules() if isinstance(m, Bias)]
    constant = next(m.value for m in generator.modules() if isinstance(m, Constant))
    first, rest = {"const": constant, "bias": biases[0]}, iter(biases[1:])
    for name, kind, parameters in units:
        if kind == "InputBlock":
            own = first
        elif kind == "NoiseLayer":
            own = next(noises)
        elif "style_mod" in name:
            own = next(styles)
        else:
            own = next(colours) if "to_rgb" in name else {**next(weights), "bias": next(rest)}
        yield from ((parameter, own[parameter[0]]) for parameter in parameters)


def in_order(layers: list[nn.Module], units: list[Any]) -> Iterator[tuple[Any, nn.Parameter]]:
    for layer, (_, _, parameters) in zip(layers, units, strict=True):
        yield from ((parameter, learned(layer)[parameter[0]]) for parameter in parameters)


@torch.no_grad()
def fill(parameters: Iterator[tuple[Any, nn.Parameter]], fixture: str) -> None:
    for (_, shape, _, k), own in parameters:
        value = torch.randn(shape, generator=torch.Generator().manual_seed(1000 + k))
        strong = fixture == "fixture_strong" and len(shape) > 1
        own.copy_((value if strong else 0.05 * value).view_as(own))


@torch.no_grad()
def scale_up(mapping: nn.Module) -> None:
    """Weights of the mapping network start as N(0, 1) / 0.01."""
    for layer in layers_of(mapping, nn.Linear):
        learned(layer)["weight"] /= 0.01


def seed_noise(generator: nn.Module) -> None:
    """Each layer of noise gets a seed of its own."""
    noises = (module for module in generator.modules() if isinstance(module, Noise))
    for j, noise in enumerate(noises):
        noise.register_forward_pre_hook(partial(_seed, 3000 + j))


def _seed(seed: int, *_: Any) -> None:
    torch.manual_seed(seed)


def assert_equal(output: Tensor, facts: dict[str, Any], fixture: str) -> None:
    (known,) = facts[fixture]["outputs"]
    first, spread = torch.tensor(known["first64"]), max(known["std"], 1e-3 * abs(known["mean"]))
    torch.testing.assert_close(output.reshape(-1)[:64], first, rtol=0, atol=1e-3 * spread)


@STRENGTHS
@pytest.mark.parametrize("file", ["b/stylegan1_huangzh13_generator_32"])
def test_generator_equals_the_reference(
    networks: dict[str, nn.Module], facts: dict[str, Any], fixture: str
) -> None:
    mapping, generator = networks["M"], networks["G"]
    first = [unit for unit in facts["units"] if unit[0].startswith("g_mapping")]
    fill(in_order(layers_of(mapping, nn.Linear), first), fixture)
    if fixture == "fixture_strong":
        scale_up(mapping)
    fill(of_generator(generator, facts["units"][len(first) :]), fixture)
    seed_noise(generator)
    z = torch.randn(2, 512, generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        assert_equal(generator([mapping(z)] * 8, 3, 1.0), facts, fixture)


@STRENGTHS
@pytest.mark.parametrize("file", ["b/stylegan1_huangzh13_discriminator_32"])
def test_critic_equals_the_reference(
    networks: dict[str, nn.Module], facts: dict[str, Any], fixture: str
) -> None:
    critic = networks["D"]
    convs = layers_of(critic, nn.Conv2d)
    at_32, at_16 = [conv for conv in convs if conv.kernel_size == (1, 1)][:2]
    taken = [conv for conv in convs if conv.kernel_size == (3, 3)]
    layers = [at_16, at_32, *taken, *layers_of(critic, nn.Linear)]
    fill(in_order(layers, facts["units"]), fixture)
    x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        assert_equal(critic(x, 3, 1.0), facts, fixture)
