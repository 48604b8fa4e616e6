"""Self-attention equals its formula, and starts as the identity."""

from __future__ import annotations

import pytest
import torch

from ganforge.plugins import ShapeError, Tensor
from ganforge_blocks.modules.attention import SelfAttention


def test_attention_starts_as_the_identity_and_its_gate_learns() -> None:
    layer, x = SelfAttention(8, 2, 4, pool=2), torch.randn(2, 8, 4, 6)
    result = layer(x)
    assert torch.equal(result, x)
    result.sum().backward()
    assert layer.gate.grad is not None and layer.gate.grad != 0


def test_each_pixel_gets_the_mean_of_pooled_values_weighted_by_its_scores() -> None:
    layer, x = SelfAttention(4, 2, 3, pool=2), torch.randn(1, 4, 2, 4)
    layer.gate.data.fill_(0.5)
    pooled = torch.nn.functional.max_pool2d
    query, key = layer.query(x)[0], pooled(layer.key(x), 2)[0].flatten(1)
    value = pooled(layer.value(x), 2)[0].flatten(1)
    seen = torch.empty(1, 3, 2, 4)
    for row in range(2):
        for column in range(4):
            scores = torch.stack([query[:, row, column] @ key[:, k] for k in range(2)])
            seen[0, :, row, column] = value @ scores.softmax(0)
    torch.testing.assert_close(layer(x), x + 0.5 * layer.out(seen))


def test_attention_can_be_differentiated_twice() -> None:
    layer, x = SelfAttention(4, 2, 2).double(), torch.randn(1, 4, 3, 3, dtype=torch.float64)
    layer.gate.data.fill_(1)
    assert torch.autograd.gradgradcheck(layer, x.requires_grad_())


@pytest.mark.parametrize(
    ("shape", "params", "code"),
    [((12, 8, 8), {}, "GF308"), ((8, 2, 2), {"pool": 3}, "GF305"), ((8,), {}, "GF301")],
)
def test_images_that_cannot_be_attended_to_are_refused(blocks, read, shape, params, code) -> None:
    block = blocks["self-attention"]
    with pytest.raises(ShapeError) as caught:
        block.infer(read(block, **params), Tensor(shape))
    assert caught.value.code == code and caught.value.help
