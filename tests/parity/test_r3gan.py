"""R3GAN's networks return what the reference networks return for the same filling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import ganforge

SPEC = Path(__file__).with_name("r3gan-cifar.toml")
CASES = [("G", "b/r3gan_cifar10_generator"), ("D", "b/r3gan_cifar10_discriminator")]


@torch.no_grad()
def fill(network: nn.Module, facts: dict[str, Any], strong: bool) -> None:
    """Each weight of the reference goes to the next of ours that has its shape."""
    own = list(network.parameters())
    for _, _, weights in facts["units"]:
        for _, shape, _, k in weights:
            place = next(i for i, weight in enumerate(own) if list(weight.shape) == shape)
            drawn = torch.randn(shape, generator=torch.Generator().manual_seed(1000 + k))
            spread = (2 / drawn[0].numel()) ** 0.5 if strong and len(shape) > 1 else 0.05
            own.pop(place).copy_(spread * drawn)
    assert not own


@pytest.mark.parametrize(("name", "file"), CASES)
@pytest.mark.parametrize("strong", [False, True], ids=["weak", "strong"])
def test_output_equals_the_reference(name: str, facts: dict[str, Any], strong: bool) -> None:
    network = ganforge.build(SPEC).networks[name].eval()
    fill(network, facts, strong)
    generator = torch.Generator().manual_seed(7)
    drawn = torch.randn(facts["inputs"]["z" if name == "G" else "x"], generator=generator)
    with torch.no_grad():
        output: Tensor = network(drawn, torch.arange(2))
    (known,) = facts["fixture_strong" if strong else "fixture"]["outputs"]
    first, tolerance = torch.tensor(known["first64"]), 1e-3 * known["std"]
    torch.testing.assert_close(output.reshape(-1)[:64], first, rtol=0, atol=tolerance)
