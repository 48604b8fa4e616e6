"""What blocks with a condition compute."""

from __future__ import annotations

import pytest
import torch

from ganforge.plugins import ShapeError, Tensor

IMAGE, CLASS, VECTOR = Tensor((4, 6, 8)), Tensor((), classes=5), Tensor((7,))


@pytest.fixture
def made(blocks, read, execute):
    return lambda name, *shapes: execute(blocks[name].module(read(blocks[name]), *shapes))


@pytest.mark.parametrize("condition", [CLASS, VECTOR])
def test_conditional_norm_starts_near_a_batch_norm(made, condition) -> None:
    norm = made("conditional-batch-norm", IMAGE, condition)
    x = 3 + 2 * torch.randn(64, 4, 6, 8)
    y = torch.randint(5, (64,)) if condition.classes else torch.zeros(64, 7)
    torch.testing.assert_close(norm(x, y), torch.nn.BatchNorm2d(4)(x))


def test_each_class_has_its_own_scale_and_shift(made) -> None:
    norm = made("conditional-batch-norm", IMAGE, CLASS).eval()
    norm.gain.data[2], norm.shift.data[2] = 3.0, 0.5
    x = torch.randn(2, 4, 6, 8)
    result = norm(x, torch.tensor([2, 1]))
    torch.testing.assert_close(result[0], 3 * x[0] + 0.5, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(result[1], x[1], rtol=1e-4, atol=1e-4)


def test_projection_is_linear_in_features_and_looks_up_classes(made) -> None:
    projection = made("projection", Tensor((4,)), CLASS)
    features, y = torch.randn(3, 4), torch.tensor([4, 0, 4])
    expected = torch.einsum("bn,bn->b", features, projection.embedding.weight[y])[:, None]
    torch.testing.assert_close(projection(features, y), expected)


@pytest.mark.parametrize(
    "name, shapes, said",
    [
        ("conditional-batch-norm", (IMAGE, IMAGE), "a class or a vector"),
        ("projection", (IMAGE, CLASS), "takes a vector of features"),
        ("projection", (VECTOR, Tensor(())), "needs a vector"),
    ],
)
def test_other_conditions_are_refused(blocks, read, name, shapes, said) -> None:
    with pytest.raises(ShapeError, match=said) as caught:
        blocks[name].infer(read(blocks[name]), *shapes)
    assert caught.value.code == "GF314"
