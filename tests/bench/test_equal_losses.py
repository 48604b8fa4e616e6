"""The hand-written loops compute what ganforge computes: from equal weights and equal draws, equal
losses.
"""

from __future__ import annotations

import pytest
import torch
from handwritten_cyclegan import CycleGan
from handwritten_resnets import Sngan, WganGp
from handwritten_stylegan2 import StyleGan2
from programs import GENERATOR, Loop
from torch import nn

from ganforge.pipeline import compile_spec
from ganforge.runs.programs import import_program

TINY = {
    "wgan-gp": (["dim=4", "train.batch=3"], lambda: WganGp(4, 3)),
    "sngan": (["g=8", "d=8", "train.batch=3", GENERATOR.format(6)], lambda: Sngan(8, 8, 3)),
    "cyclegan": (["size=32", "blocks=1", "width=4"], lambda: CycleGan(1, 1, 4)),
    "stylegan2": (
        ["size=16", "width=128", "dim=6", "mapping=2", "train.batch=4"],
        lambda: StyleGan2([32, 16, 8], 6, 2, 4),
    ),
}


def copy(ours: nn.Module, theirs: nn.Module) -> None:
    """Each weight and buffer of one network for the next of the other that has its shape."""
    left = list(theirs.state_dict().values())
    with torch.no_grad():
        for mine in ours.state_dict().values():
            place = next(k for k, other in enumerate(left) if other.shape == mine.shape)
            left.pop(place).copy_(mine)
    assert not left


@pytest.mark.parametrize("spec", TINY)
def test_from_equal_weights_the_losses_of_three_rounds_are_equal(spec: str) -> None:
    overrides, make = TINY[spec]
    module = import_program(compile_spec(spec, overrides).program().text)
    state, data = module.build(0, torch.device("cpu")), module.open_data("shapes")
    state.samples, loop = data.count, make()
    assert isinstance(loop, Loop)
    for name, network in state.networks.items():
        copy(network, getattr(loop, name))
    for _ in range(3):
        state.start_round()
        drawn = module.draw(state, data)
        ours = module.train_round(state, *drawn)
        state.start_round()  # noise inside of networks is drawn again
        theirs = loop.round(*drawn)
        assert ours.keys() == theirs.keys()
        for name, loss in ours.items():
            torch.testing.assert_close(loss, theirs[name].detach(), rtol=2e-3, atol=2e-4)
        state.round += 1
