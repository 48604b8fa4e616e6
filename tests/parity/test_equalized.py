"""Networks with an equalised learning rate return what reference networks return for the same
filling: weights of unit deviation, each layer's weight and bias with the seeds of its unit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import ganforge

MSG = """
ganforge = 1
extends = "msg-gan"
without = ["networks.G.layers.0"]  # the reference's trainer normalises the latents
[gan]
name = "depth-4"
[params]
size = 32
"""
CASES = [
    (MSG, "G", "b/bmsggan_depth4_generator"),
    (MSG, "D", "b/bmsggan_depth4_discriminator"),
]


@torch.no_grad()
def fill(network: nn.Module, units: list[Any], strong: bool) -> None:
    layers = [
        module for module in network.modules() if nn.utils.parametrize.is_parametrized(module)
    ]
    for layer, (_, _, parameters) in zip(layers, units, strict=True):
        own = {"weight": layer.parametrizations.weight.original, "bias": layer.bias}
        for name, shape, _, k in parameters:
            value = torch.randn(shape, generator=torch.Generator().manual_seed(1000 + k))
            own[name].copy_(value if strong and len(shape) > 1 else 0.05 * value)


def inputs_of(facts: dict[str, Any]) -> list[Any]:
    generator = torch.Generator().manual_seed(7)

    def drawn(shape: list[Any]) -> Any:
        if isinstance(shape[0], list):
            return [drawn(part) for part in shape]
        return torch.randn(shape, generator=generator)

    return [drawn(shape) for shape in facts["inputs"].values()]


@pytest.mark.parametrize(("spec", "name", "file"), CASES)
@pytest.mark.parametrize("strong", [False, True], ids=["weak", "strong"])
def test_output_equals_the_reference(
    spec: str, name: str, facts: dict[str, Any], strong: bool, tmp_path: Path
) -> None:
    (tmp_path / "spec.toml").write_text(spec)
    network = ganforge.build(tmp_path / "spec.toml").networks[name].eval()
    fill(network, facts["units"], strong)
    with torch.no_grad():
        output = network(*inputs_of(facts))
    outputs: list[Tensor] = output if isinstance(output, list) else [output]
    known = facts["fixture_strong" if strong else "fixture"]["outputs"]
    for given, expected in zip(outputs, known, strict=True):
        first, tolerance = torch.tensor(expected["first64"]), 1e-3 * expected["std"]
        torch.testing.assert_close(given.reshape(-1)[:64], first, rtol=0, atol=tolerance)
