"""The weights of blocks, counted from their declarations alone."""

from __future__ import annotations

import pytest

from ganforge.graph.nodes import Layer
from ganforge.graph.weights import layer_weights
from ganforge.plugins.registry import load_registry
from ganforge.plugins.shapes import Tensor
from ganforge.testing.cases import Cases

SAMPLES = {
    "vgg-features": [({"layer": "relu1_2"}, [Tensor((3, 6, 8))])],
    "inception-features": [({"layer": "Conv2d_2b_3x3"}, [Tensor((3, 9, 12))])],
    "classifier-features": [({"layer": "relu2"}, [Tensor((3, 6, 9))])],
}
"""Of blocks for which none are found by themselves."""
BLOCKS = {name: block for name, block in load_registry().blocks.items() if block.stateful}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_known_number_of_weights_is_that_of_the_module(name: str) -> None:
    block = BLOCKS[name]
    for case in Cases(block, SAMPLES.get(name, ())).fixed():
        learned = sum(weight.numel() for weight in case.module().parameters())
        assert layer_weights(Layer(block, case.params), case.shapes) in (None, learned), case
