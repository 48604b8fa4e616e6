"""Convolutions: declared shapes over drawn parameters, and what padding means."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ganforge.plugins import Call, ShapeError, Tensor

small = st.integers(1, 7)
paddings = st.sampled_from(["same", "tf-same"]) | st.integers(0, 4)
images = st.builds(lambda c, h, w: Tensor((c, h, w)), st.integers(1, 4), small | st.just(16), small)


def inferred(block, params, shape):
    try:
        return block.infer(params, shape)
    except ShapeError as error:
        return error.code


def test_convolution_has_the_declared_shape(blocks, read, execute) -> None:
    block = blocks["conv"]
    modes = st.sampled_from(["zeros", "reflect", "replicate"])

    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(images, small, st.integers(1, 4), paddings, modes, st.integers(1, 2))
    def check(x, kernel, stride, padding, mode, groups) -> None:
        values = {"kernel": kernel, "stride": stride, "padding": padding, "padding_mode": mode}
        params = read(block, out=4, groups=groups, **values)
        shape = inferred(block, params, x)
        if isinstance(shape, str):
            return
        module = execute(block.module(params, x))
        assert module(torch.randn(2, *x.shape)).shape[1:] == shape.shape
        if padding == "same" or padding == "tf-same":
            assert shape.shape[1:] == (-(-x.height // stride), -(-x.width // stride))

    check()


def test_transposed_convolution_has_the_declared_shape(blocks, read, execute) -> None:
    block = blocks["conv-transpose"]

    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(images, small, st.integers(1, 4), paddings)
    def check(x, kernel, stride, padding) -> None:
        params = read(block, out=4, kernel=kernel, stride=stride, padding=padding)
        shape = inferred(block, params, x)
        if isinstance(shape, str):
            return
        module = execute(block.module(params, x))
        assert module(torch.randn(2, *x.shape)).shape[1:] == shape.shape
        if padding == "same" or padding == "tf-same":
            assert shape.shape[1:] == (x.height * stride, x.width * stride)

    check()


@pytest.mark.parametrize("kernel", range(1, 8))
@pytest.mark.parametrize("stride", range(1, 5))
def test_same_is_refused_only_for_even_kernels_without_stride(blocks, read, kernel, stride) -> None:
    impossible = kernel % 2 == 0 and stride == 1
    for name in ("conv", "conv-transpose"):
        params = read(blocks[name], out=4, kernel=kernel, stride=stride)
        result = inferred(blocks[name], params, Tensor((3, 4 * stride, 8 * stride)))
        assert (result == "GF304") == impossible


@pytest.mark.parametrize("kernel, stride", [(5, 2), (4, 2), (4, 1), (3, 2), (2, 3), (7, 4)])
def test_tf_same_transposed_is_the_adjoint_of_tf_same(
    blocks, read, execute, kernel, stride
) -> None:
    small, large = Tensor((3, 4, 5)), Tensor((2, 4 * stride, 5 * stride))
    values = {"kernel": kernel, "stride": stride, "padding": "tf-same", "bias": False}
    down = execute(blocks["conv"].module(read(blocks["conv"], out=3, **values), large))
    up = blocks["conv-transpose"]
    up = execute(up.module(read(up, out=2, **values), small))
    next(up.parameters()).data = next(down.parameters()).data
    x, y = torch.randn(1, *large.shape), torch.randn(1, *small.shape)
    torch.testing.assert_close((down(x) * y).sum(), (x * up(y)).sum(), rtol=1e-4, atol=1e-4)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_tf_same_equals_pytorch_same_without_stride(blocks, read, execute) -> None:
    x = Tensor((2, 5, 6))
    conv = blocks["conv"]
    ours = execute(conv.module(read(conv, out=3, kernel=4, padding="tf-same"), x))
    theirs = torch.nn.Conv2d(2, 3, 4, padding="same")
    theirs.load_state_dict(dict(zip(("weight", "bias"), ours.state_dict().values(), strict=True)))
    images = torch.randn(1, *x.shape)
    torch.testing.assert_close(ours(images), theirs(images))


def test_code_leaves_out_what_pytorch_assumes(blocks, read) -> None:
    conv = blocks["conv"]
    params = read(conv, out=64, kernel=4, stride=2, bias=False)
    kwargs = {"kernel_size": 4, "stride": 2, "padding": 1, "bias": False}
    assert conv.module(params, Tensor((3, 64, 64))) == Call("nn.Conv2d", (3, 64), kwargs)
    up = blocks["conv-transpose"]
    kwargs = {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}
    made = up.module(read(up, out=8, stride=2), Tensor((16, 4, 4)))
    assert made == Call("nn.ConvTranspose2d", (16, 8), kwargs)


@pytest.mark.parametrize(
    ("values", "shape", "code", "message", "help"),
    [
        (
            {"kernel": 4},
            Tensor((3, 28, 28)),
            "GF304",
            "no symmetric padding keeps 28 x 28 with kernel 4",
            "write `padding = 1` (1 smaller) or `2` (1 larger), or `kernel = 3`",
        ),
        (
            {"kernel": 4, "stride": 2},
            Tensor((3, 7, 8)),
            "GF304",
            "kernel 4 and stride 2 do not divide 7 x 8 by 2",
            "sizes here must be multiples of 2, or write `padding = 1`",
        ),
        (
            {"kernel": 4, "padding": 0},
            Tensor((3, 2, 2)),
            "GF305",
            "nothing is left: kernel 4 with padding 0 does not fit into 2 x 2",
            "write `kernel = 2`, pad more, or stride less before it",
        ),
        (
            {},
            Tensor((8192,)),
            "GF301",
            "`conv` needs an image (C x H x W), and is given 8192",
            'insert `{ block = "reshape", shape = [512, 4, 4] }` before it',
        ),
        (
            {"groups": 3},
            Tensor((4, 8, 8)),
            "GF308",
            "3 groups do not divide 4 channels into 64",
            "both numbers of channels must be multiples of `groups`",
        ),
    ],
)
def test_what_a_convolution_cannot_take(blocks, read, values, shape, code, message, help) -> None:
    params = read(blocks["conv"], out=64, **values)
    with pytest.raises(ShapeError) as caught:
        blocks["conv"].infer(params, shape)
    assert (caught.value.code, caught.value.message, caught.value.help) == (code, message, help)


@pytest.mark.parametrize("padding", ["some", -1, [1, 2], 1.5])
def test_other_paddings_are_refused_once(blocks, padding) -> None:
    with pytest.raises(ValidationError) as caught:
        blocks["conv"].params.model_validate({"out": 3, "padding": padding})
    assert caught.value.error_count() == 1
