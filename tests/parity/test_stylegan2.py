"""StyleGAN2's networks compute what the official code's plain formulas do: weights made for each
sample by itself, zeros between pixels, filters and padding written out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

import ganforge
from ganforge_blocks.modules.affine import Bias, Constant
from ganforge_blocks.modules.modulation import ModulatedConv

SMALL = {"size": 16, "width": 256, "dim": 12, "mapping": 3, "group": 2}
TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=torch.float64) / 8


@pytest.fixture(scope="module")
def networks() -> dict[str, nn.Module]:
    """All that is learned drawn anew, biases too; noise stays at strength 0."""
    gan = ganforge.build("stylegan2", SMALL)
    networks = {name: network.double().eval() for name, network in gan.networks.items()}
    stream = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for network in networks.values():
            for weight in network.parameters():
                if weight.shape != (1,):
                    weight.copy_(torch.randn(weight.shape, generator=stream))
    return networks


def drawn(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(7), dtype=torch.float64)


def upfirdn(x: Tensor, up: int = 1, down: int = 1, pad: tuple[int, int] = (0, 0)) -> Tensor:
    """Zeros after each pixel, zeros around, the filter, every so many pixels; the mean stays."""
    spread = x.new_zeros(*x.shape[:2], up * x.shape[2], up * x.shape[3])
    spread[:, :, ::up, ::up] = x
    kernel = (up**2 * TAPS.outer(TAPS)).expand(x.shape[1], 1, 4, 4)
    h = F.conv2d(F.pad(spread, [*pad, *pad]), kernel, groups=x.shape[1])
    return h[:, :, ::down, ::down]


def learned(layer: nn.Module, lr: float = 1.0, gain: float = 1.0) -> Tensor:
    original: Tensor = layer.parametrizations.weight.original
    return original * lr * gain / math.sqrt(original[0].numel())


def act(x: Tensor, gain: float = math.sqrt(2)) -> Tensor:
    return gain * torch.where(x < 0, 0.2 * x, x)


def modulated(x: Tensor, w: Tensor, layer: ModulatedConv, up: int, demodulate: bool) -> Tensor:
    """As the generic path of `conv2d_resample`, sample by sample; its weights are turned round."""
    results = []
    for one, style in zip(x, w, strict=True):
        scale = learned(layer.affine) @ style + layer.affine.bias + 1
        weight = learned(layer.conv) * scale[None, :, None, None]
        if demodulate:
            weight = weight / (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
        if up == 2:
            h = F.conv2d(upfirdn(one[None], up=2, pad=(3, 2)), weight.flip(2, 3))
        else:
            h = F.conv2d(one[None], weight, padding=weight.shape[2] // 2)
        results.append(h)
    return torch.cat(results)


def synthesis(generator: nn.Module, w: list[Tensor]) -> Tensor:
    convs: Iterator[ModulatedConv] = (
        m for m in generator.modules() if isinstance(m, ModulatedConv)
    )
    biases = (m.bias[:, None, None] for m in generator.modules() if isinstance(m, Bias))
    constant = next(m.value for m in generator.modules() if isinstance(m, Constant))

    def layer(x: Tensor, style: Tensor, up: int = 1) -> Tensor:
        return act(modulated(x, style, next(convs), up, True) + next(biases))

    def colours(x: Tensor, style: Tensor) -> Tensor:
        return modulated(x, style, next(convs), 1, False) + next(biases)

    x = layer(constant.expand(len(w[0]), -1, -1, -1), w[0])
    image = colours(x, w[1])
    for k in range(1, len(w) - 2, 2):  # a block's colours share the style of the next block
        x = layer(layer(x, w[k], up=2), w[k + 1])
        image = upfirdn(image, up=2, pad=(2, 1)) + colours(x, w[k + 2])
    return image


def judged(critic: nn.Module, x: Tensor) -> Tensor:
    parametrized = [m for m in critic.modules() if is_parametrized(m)]
    layers = iter(m for m in parametrized if isinstance(m, nn.Conv2d | nn.Linear))

    def conv(x: Tensor, **how: int) -> Tensor:
        layer = next(layers)
        return F.conv2d(x, learned(layer), layer.bias, **how)

    h = act(conv(x))
    while h.shape[2] > 4:
        small = upfirdn(h, down=2, pad=(1, 1))
        skip = F.conv2d(small, learned(next(layers), gain=math.sqrt(0.5)))
        h = act(conv(h, padding=1))
        h = act(conv(upfirdn(h, pad=(2, 2)))[:, :, ::2, ::2]) * math.sqrt(0.5) + skip
    pairs = h.unflatten(0, (2, -1))  # of a group of 2, every so many samples apart
    deviation = (pairs.var(0, correction=0) + 1e-8).sqrt().mean((1, 2, 3)).repeat(2)
    h = torch.cat([h, deviation[:, None, None, None].expand(-1, 1, 4, 4)], dim=1)
    h = act(conv(h, padding=1)).flatten(1)
    first, last = layers
    return act(h @ learned(first).T + first.bias) @ learned(last).T + last.bias


@torch.no_grad()
def test_the_mapping_normalises_the_latent_and_learns_slowly(networks) -> None:
    z = drawn(4, 12)
    w = z / (z.square().mean(1, keepdim=True) + 1e-8).sqrt()
    linear = [m for m in networks["M"].modules() if isinstance(m, nn.Linear)]
    for layer in linear:
        bias = 0.01 * layer.parametrizations.bias.original
        w = act(w @ learned(layer, lr=0.01).T + bias)
    given = networks["M"](z)
    assert len(linear) == 3 and len(given) == 6
    for style in given:
        torch.testing.assert_close(style, w)


@torch.no_grad()
def test_the_generator_adds_colours_of_every_size(networks) -> None:
    w = list(drawn(6, 3, 12))
    result = networks["G"](w)
    assert result.shape == (3, 3, 16, 16)
    torch.testing.assert_close(result, synthesis(networks["G"], w))


@torch.no_grad()
def test_the_critic_is_residual_between_filters(networks) -> None:
    x = drawn(4, 3, 16, 16)
    torch.testing.assert_close(networks["D"](x), judged(networks["D"], x))
