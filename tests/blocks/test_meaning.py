"""What single blocks compute, where a shape does not say it."""

from __future__ import annotations

import pytest
import torch

from ganforge.plugins import Call, ShapeError, Tensor
from ganforge_blocks.modules.blur import blur
from ganforge_blocks.modules.maxout import Maxout
from ganforge_blocks.modules.norms import pixel_norm
from ganforge_blocks.modules.statistics import minibatch_stddev
from ganforge_blocks.modules.wiring import (
    absolute_error,
    lerp,
    pyramid,
    sample_gaussian,
    shuffle,
    squared_error,
)


def refused(block, params, *shapes) -> ShapeError:
    with pytest.raises(ShapeError) as caught:
        block.infer(params, *shapes)
    return caught.value


def test_maxout_pieces_stand_side_by_side() -> None:
    maxout, x = Maxout(6, 4, 3), torch.randn(5, 6)
    expected = maxout.linear(x).reshape(5, 4, 3).amax(-1)
    torch.testing.assert_close(maxout(x), expected)


def test_pixel_norm_gives_unit_mean_square() -> None:
    y = pixel_norm(5 * torch.randn(2, 8, 3, 3))
    torch.testing.assert_close(y.square().mean(1), torch.ones(2, 3, 3))


def test_blur_keeps_the_mean_and_an_even_kernel_looks_ahead() -> None:
    x = torch.zeros(1, 1, 5, 5)
    x[0, 0, 2, 2] = 1
    assert blur(x, [1, 2, 1])[0, 0, 2].tolist() == [0, 0.125, 0.25, 0.125, 0]
    assert blur(x, [1, 1])[0, 0, 1].tolist() == [0, 0.25, 0.25, 0, 0]


def test_lerp_takes_one_number_per_sample() -> None:
    a, b = torch.zeros(2, 3, 4, 4), torch.ones(2, 3, 4, 4)
    mixed = lerp(a, b, torch.tensor([0.25, 1.0]))
    assert mixed.mean((1, 2, 3)).tolist() == [0.25, 1.0]
    assert torch.equal(lerp(a, b, 0.5), torch.full_like(a, 0.5))


@pytest.mark.parametrize(
    ("norm", "squared", "absolute"), [("mean", 12.5, 3.5), ("sum", 25.0, 7.0), ("l2", 5.0, 5.0)]
)
def test_errors_are_per_sample(norm, squared, absolute) -> None:
    a, b = torch.tensor([[3.0, 0.0], [1.0, 1.0]]), torch.tensor([[0.0, 4.0], [1.0, 1.0]])
    assert squared_error(a, b, norm).tolist() == [squared, 0.0]
    assert absolute_error(a, b, norm).tolist() == [absolute, 0.0]


def test_a_sample_lies_deviations_away_from_the_mean() -> None:
    mean, log_variance = (
        torch.tensor([[1.0, -2.0]]),
        torch.tensor([[0.0, 2 * torch.tensor(3).log()]]),
    )
    assert sample_gaussian(mean, log_variance, torch.tensor([[2.0, -1.0]])).tolist() == [[3, -5]]


def test_shuffle_puts_samples_in_the_order_of_their_chances() -> None:
    x = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    assert shuffle(x, torch.tensor([0.9, 0.1, 0.5])).tolist() == [[2, 3], [4, 5], [0, 1]]


def test_roll_gives_each_sample_the_next_ones(blocks, read, apply) -> None:
    roll, shape = blocks["roll"], Tensor((2,))
    rolled = apply(roll, read(roll), [torch.tensor([[0.0], [1.0], [2.0]])], [shape])
    assert rolled.flatten().tolist() == [1, 2, 0]


def test_detach_cuts_the_gradient(blocks, read, apply) -> None:
    x = torch.randn(2, 3, requires_grad=True)
    assert not apply(blocks["detach"], read(blocks["detach"]), [x], [Tensor((3,))]).requires_grad
    assert [block.name for block in blocks.values() if block.cuts_gradient] == [
        "constant",
        "detach",
    ]


def test_constant_starts_as_told_and_ignores_its_input(blocks, read, execute) -> None:
    block, x = blocks["constant"], Tensor((5,))
    ones = execute(block.module(read(block, shape=[2, 3, 3]), x))
    assert torch.equal(ones(torch.randn(4, 5)), torch.ones(4, 2, 3, 3))
    normal = read(block, shape=[64, 32, 32], init={"kind": "normal", "std": 0.5})
    assert execute(block.module(normal, x)).value.std().item() == pytest.approx(0.5, rel=0.02)


def test_dropout_and_noise_stop_in_evaluation_unless_always(blocks, read, execute) -> None:
    shape, x = Tensor((8, 4, 4)), torch.ones(2, 8, 4, 4)
    for name, values, changes in [
        ("dropout", {"rate": 0.5}, False),
        ("dropout", {"rate": 0.5, "always": True}, True),
        ("dropout", {"rate": 0.5, "always": True, "spatial": True}, True),
        ("gaussian-noise", {"std": 1}, False),
    ]:
        module = execute(blocks[name].module(read(blocks[name], **values), shape))
        assert not torch.equal(module(x), x)
        assert torch.equal(module.eval()(x), x) != changes


def test_spatial_dropout_takes_whole_channels(blocks, read, execute) -> None:
    params = read(blocks["dropout"], rate=0.5, spatial=True)
    module = execute(blocks["dropout"].module(params, Tensor((64, 4, 4))))
    kept = module(torch.ones(2, 64, 4, 4)).mean((2, 3))
    assert set(kept.flatten().tolist()) == {0.0, 2.0}


def test_layer_norm_of_images_scales_channels(blocks, read) -> None:
    block = blocks["layer-norm"]
    assert block.module(read(block), Tensor((64, 8, 8))) == Call("nn.GroupNorm", (1, 64))
    assert block.module(read(block), Tensor((64,))) == Call("nn.LayerNorm", (64,))


def test_norms_with_a_learned_shift_say_so(blocks, read) -> None:
    def shift(name, **values):
        return blocks[name].shift(read(blocks[name], **values))

    assert shift("batch-norm") and shift("layer-norm") and shift("group-norm", groups=2)
    assert shift("instance-norm", affine=True)
    assert not shift("instance-norm") and not shift("batch-norm", affine=False)
    assert not shift("pixel-norm") and not shift("relu")


def test_reshape_names_the_shape_that_would_do(blocks, read) -> None:
    reshape = blocks["reshape"]
    error = refused(reshape, read(reshape, shape=[256, 4, 4]), Tensor((8192,)))
    assert error.code == "GF307"
    assert error.message == "there are 8,192 values, and [256, 4, 4] takes 4,096"
    assert error.help == "write `shape = [512, 4, 4]`"


@pytest.mark.parametrize("shape", [[], [0, -1], [-1, -1], [-2, 3], [5, -1]])
def test_reshape_refuses_what_is_no_shape(blocks, read, shape) -> None:
    assert (
        refused(blocks["reshape"], read(blocks["reshape"], shape=shape), Tensor((12,))).code
        == "GF307"
    )


def test_concat_names_the_function_that_helps(blocks, read) -> None:
    concat = blocks["concat"]
    sizes = refused(concat, read(concat), Tensor((3, 64, 64)), Tensor((8, 32, 32)))
    assert sizes.code == "GF302"
    assert (
        sizes.message
        == "3 x 64 x 64 and 8 x 32 x 32 cannot be concatenated: only channels may differ"
    )
    assert sizes.help == "`upsample(x, scale=2)` the smaller one, or take a skip from another level"
    ranks = refused(concat, read(concat), Tensor((3, 64, 64)), Tensor((8,)))
    assert "tile(v, x)" in (ranks.help or "")


def test_classes_are_no_numbers_and_numbers_no_classes(blocks, read) -> None:
    concat, embedding = blocks["concat"], blocks["embedding"]
    assert refused(concat, read(concat), Tensor((3,)), Tensor((), classes=10)).code == "GF503"
    assert refused(embedding, read(embedding, out=8), Tensor((3,))).code == "GF506"


@pytest.mark.parametrize(
    ("name", "values", "shape", "code"),
    [
        ("downsample", {"scale": 4}, (3, 30, 30), "GF306"),
        ("pixel-shuffle", {}, (6, 4, 4), "GF306"),
        ("max-pool", {"size": 5}, (3, 4, 8), "GF305"),
        ("crop", {"sides": [2, 2, 0, 0]}, (3, 4, 4), "GF305"),
        ("instance-norm", {}, (3, 1, 1), "GF305"),
        ("group-norm", {"groups": 4}, (4,), "GF305"),
        ("group-norm", {"groups": 96}, (100, 2, 2), "GF308"),
        ("split", {"parts": 7}, (120,), "GF311"),
        ("linear", {"out": 3}, (), "GF314"),
        ("batch-norm", {}, (2, 3, 4, 5), "GF314"),
        ("glu", {}, (3, 4, 4), "GF311"),
        ("pad", {"sides": [4, 0, 0, 0], "mode": "reflect"}, (3, 4, 4), "GF115"),
        ("pad", {"sides": [1, 1]}, (3, 4, 4), "GF115"),
        ("blur", {"kernel": [1, -1]}, (3, 4, 4), "GF115"),
        ("bias", {"init": "normal"}, (3,), "GF115"),
    ],
)
def test_what_blocks_cannot_take(blocks, read, name, values, shape, code) -> None:
    assert refused(blocks[name], read(blocks[name], **values), Tensor(shape)).code == code


def test_minibatch_stddev_says_how_much_the_samples_of_each_group_differ() -> None:
    x = torch.randn(8, 6, 4, 4, generator=torch.Generator().manual_seed(0))
    y = minibatch_stddev(x, group=4, channels=2)
    assert y.shape == (8, 8, 4, 4)
    assert torch.equal(y[:, :6], x)
    groups = [x[k::2] for k in range(2)]  # as in the official code: sample k is in group k mod 2
    for k, group in enumerate(groups):
        deviation = group.std(0, correction=0)
        for half in range(2):
            expected = deviation[3 * half : 3 * half + 3].mean()
            for added in y[k::2, 6 + half]:
                torch.testing.assert_close(added, expected.expand(4, 4))


def test_minibatch_stddev_makes_smaller_groups_where_they_do_not_divide_the_batch() -> None:
    x = torch.randn(6, 3, 4, 4)
    assert torch.equal(minibatch_stddev(x, group=4), minibatch_stddev(x, group=2))
    assert minibatch_stddev(x[:1])[0, 3].unique().item() == pytest.approx(1e-4)


def test_a_pyramid_halves_by_averaging_and_begins_with_the_coarsest() -> None:
    x = torch.randn(2, 3, 8, 16)
    images = pyramid(x, 3)
    assert [tuple(image.shape[1:]) for image in images] == [(3, 2, 4), (3, 4, 8), (3, 8, 16)]
    assert images[2] is x
    torch.testing.assert_close(images[0][..., 0, 0], x[..., :4, :4].mean((2, 3)))


def test_a_pyramid_needs_sizes_that_halve(blocks, read) -> None:
    block = blocks["pyramid"]
    error = refused(block, read(block, levels=4), Tensor((3, 12, 12)))
    assert error.message == "12 x 12 cannot be halved 3 times"
