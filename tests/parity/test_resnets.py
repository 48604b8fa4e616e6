"""Residual networks from specs return what reference networks return for the same filling.

Here a reference lists its parameters in the order of their first use, each with the seed of its
values; spectrally normalised weights are divided by their exact largest singular value.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import ganforge

CIFAR_BIGGAN = """
ganforge = 1
extends = "biggan"

[params]
size = 32
classes = 10

[latents]
z = { distribution = "normal", size = 128 }

[networks.G]
inputs = ["z", "y"]
layers = [
  { block = "linear", out = 4096 },
  { block = "reshape", shape = [-1, 4, 4] },
  { for = "i", in = "range(3)", layers = [{ block = "up", out = 256, y = "y" }] },
  { block = "batch-norm" },
  { block = "relu" },
  { block = "conv", out = 3, act = "tanh" },
]

[networks.D]
layers = [
  { block = "down", out = 256, first = true },
  { block = "down", out = 256 },
  { for = "i", in = "range(2)", layers = [{ block = "down", out = 256, pool = false }] },
  { block = "relu" },
  { block = "global-sum" },
  { id = "score", side = true, block = "linear", out = 1 },
  { block = "projection", condition = "y" },
  { from = "score + prev" },
]

[flow]
fake = "G(z, y)"
"""
"""The port's networks for CIFAR-10, which have no shared embedding and no split latent."""
CASES = [
    ("sngan", "G", "b/sngan32_gongxinyuu_generator"),
    ("sngan", "D", "b/sngan32_gongxinyuu_discriminator"),
    ("sngan-projection", "G", "b/rgan_sn_generator"),
    ("rgan-ac", "D", "b/racgan_sn_acgan_discriminator"),
    ("autogan", "G", "b/autogan_a_generator"),
    ("autogan", "D", "b/autogan_discriminator"),
    (CIFAR_BIGGAN, "G", "b/biggan_cifar_generator"),
    (CIFAR_BIGGAN, "D", "b/biggan_cifar_discriminator"),
]


def in_our_order(units: list[Any]) -> list[Any]:
    """The parameters as a spec's network has them: what skips into a block comes first, its own
    shortcut last, and in a layer the weight that is normalised.
    """

    def place(unit: list[Any]) -> int:
        return ("shortcut" in unit[0]) - ("skip" in unit[0])

    blocks: dict[str, list[Any]] = {}
    for unit in units:
        blocks.setdefault(unit[0].split(".")[0], []).append(unit)
    ordered = [u for b in blocks.values() for u in sorted(b, key=place)]
    return [
        (*parameter, unit[0])
        for unit in ordered
        for parameter in (reversed(unit[2]) if unit[1].startswith("SN") else unit[2])
    ]


def value(shape: list[int], kind: str, k: int, unit: str, strong: bool) -> Tensor:
    if unit.endswith((".bn1.gain", ".bn2.gain")):  # of a class, where the reference adds the 1
        return 1 + value(shape, kind, k, "", strong)
    drawn = torch.randn(shape, generator=torch.Generator().manual_seed(1000 + k))
    if kind == "one_plus":
        return 1 + 0.05 * drawn
    if strong and len(shape) >= 2:
        return drawn * (2 / drawn[0].numel()) ** 0.5
    return 0.05 * drawn


@torch.no_grad()
def fill(network: nn.Module, facts: dict[str, Any], strong: bool) -> None:
    own, given = list(network.parameters()), in_our_order(facts["units"])
    assert [list(parameter.shape) for parameter in own] == [shape for _, shape, *_ in given]
    for parameter, (_, shape, kind, k, unit) in zip(own, given, strict=True):
        parameter.copy_(value(shape, kind, k, unit, strong))
    for module in network.modules():
        if hasattr(module, "_u"):
            weight = module_weight(network, module)
            left, _, right = torch.linalg.svd(weight.flatten(1).double(), full_matrices=False)
            module._u.copy_(left[:, 0])
            module._v.copy_(right[0])


def module_weight(network: nn.Module, norm: nn.Module) -> Tensor:
    """The weight that a spectral norm divides."""
    for module in network.modules():
        if isinstance(module, nn.utils.parametrize.ParametrizationList) and norm in module:
            return module.original
    raise LookupError("no weight has this parametrisation")


@pytest.mark.parametrize(("spec", "name", "file"), CASES, ids=[file for *_, file in CASES])
@pytest.mark.parametrize("strong", [False, True], ids=["weak", "strong"])
def test_output_equals_the_reference(
    spec: str, name: str, facts: dict[str, Any], strong: bool
) -> None:
    network = ganforge.build(spec).networks[name].eval()
    fill(network, facts, strong)
    generator = torch.Generator().manual_seed(7)
    inputs = [
        torch.arange(2) if key == "y" else torch.randn(shape, generator=generator)
        for key, shape in facts["inputs"].items()
    ]
    with torch.no_grad():
        output = network(*inputs)
    outputs = list(output.values()) if isinstance(output, dict) else [output]
    known = facts["fixture_strong" if strong else "fixture"]["outputs"]
    for given, expected in zip(outputs, known, strict=False):
        first = torch.tensor(expected["first64"])
        tolerance = 1e-3 * expected["std"]
        torch.testing.assert_close(given.reshape(-1)[:64], first, rtol=0, atol=tolerance)
