"""Path length against the Jacobian, worked out sample by sample."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.autograd.functional import jacobian

from ganforge.plugins import Tensor as Shaped
from ganforge_blocks.losses.paths import PathLength
from ganforge_blocks.modules.wiring import repeat


def generator(weight: Tensor, *styles: Tensor) -> Tensor:
    """Images (B, 3, 2, 4): linear in the first style, not so in the others (B, 5)."""
    h = styles[0] @ weight
    for style in styles[1:]:
        h = h + (style @ weight).sin()
    return h.view(-1, 3, 2, 4)


def lengths(weight: Tensor, styles: list[Tensor], y: Tensor) -> Tensor:
    """The root of the mean over styles of |J^T y|^2, by the whole Jacobian of each sample."""
    found = []
    for k, direction in enumerate(y):
        one = tuple(style[k : k + 1] for style in styles)
        whole = jacobian(lambda *given: generator(weight, *given), one, create_graph=True)
        each = [(part.flatten(4)[0] * direction[..., None]).sum((0, 1, 2)) for part in whole]
        found.append(torch.stack([part.square().sum() for part in each]).mean().sqrt())
    return torch.stack(found) / 8**0.5


@pytest.mark.parametrize("count", [1, 3])
def test_it_is_the_squared_distance_of_lengths_from_their_mean(count: int) -> None:
    torch.manual_seed(0)
    weight = torch.randn(5, 24, dtype=torch.float64, requires_grad=True)
    styles = [torch.randn(4, 5, dtype=torch.float64, requires_grad=True) for _ in range(count)]
    y = torch.randn(4, 3, 2, 4, dtype=torch.float64)
    loss, expected, mean = PathLength(decay=0.25).double(), lengths(weight, styles, y), 0.0
    for _ in range(3):
        mean += 0.25 * (expected.mean().item() - mean)
        value = loss(generator(weight, *styles), styles if count > 1 else styles[0], y)
        assert loss.mean.item() == pytest.approx(mean)
        by_hand = (expected - mean).square().mean()
        torch.testing.assert_close(value, by_hand)
        own, theirs = (
            torch.autograd.grad(v, weight, retain_graph=True)[0] for v in (value, by_hand)
        )
        torch.testing.assert_close(own, theirs)


def test_of_a_linear_map_the_length_is_that_of_its_transpose_times_the_direction() -> None:
    weight, w = torch.randn(5, 24), torch.randn(4, 5, requires_grad=True)
    y, loss = torch.randn(4, 3, 2, 4), PathLength(decay=1.0)
    value = loss(generator(weight, w), w, y)
    expected = (y.flatten(1) @ weight.T).norm(dim=1) / 8**0.5
    torch.testing.assert_close(loss.mean, expected.mean())
    torch.testing.assert_close(value, expected.var(correction=0))


def test_a_repeated_style_has_a_gradient_at_each_place() -> None:
    weight, w, y = torch.randn(5, 24), torch.randn(4, 5, requires_grad=True), torch.randn(4, 24)
    styles = repeat(w, 3)
    loss, y = PathLength(decay=1.0), y.view(4, 3, 2, 4)
    loss(generator(weight, *styles), styles, y)
    separate = [w.detach().clone().requires_grad_() for _ in range(3)]
    torch.testing.assert_close(loss.mean, lengths(weight, separate, y).mean())


def test_a_style_that_nothing_uses_counts_as_one_of_no_effect() -> None:
    weight, y = torch.randn(5, 24), torch.randn(4, 3, 2, 4)
    styles = [torch.randn(4, 5, requires_grad=True) for _ in range(2)]
    both, one = PathLength(decay=1.0), PathLength(decay=1.0)
    both(generator(weight, styles[0]), styles, y)
    one(generator(weight, styles[0]), styles[0], y)
    torch.testing.assert_close(both.mean, one.mean / 2**0.5)


def test_a_generator_that_is_flat_can_learn() -> None:
    weight, w = torch.zeros(5, 24, requires_grad=True), torch.randn(4, 5, requires_grad=True)
    PathLength()(generator(weight, w), w, torch.randn(4, 3, 2, 4)).backward()
    assert weight.grad is not None and weight.grad.isfinite().all()


def test_constants_are_not_made_of_lists(blocks, read) -> None:
    from ganforge.plugins import ShapeError, TensorList

    block = blocks["constant"]
    with pytest.raises(ShapeError) as caught:
        block.infer(read(block, shape=[3, 4, 4]), TensorList((Shaped((5,)),)))
    assert caught.value.code == "GF217" and caught.value.help
