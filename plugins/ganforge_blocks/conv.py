"""Convolutions."""

from __future__ import annotations

from ganforge.plugins import Block, Call, ShapeError, Tensor, call
from ganforge.plugins.params import Positive, Weighted
from ganforge_blocks.checks import changed, image, sized
from ganforge_blocks.padding import (
    Padding,
    PadMode,
    Sides,
    check_reflect,
    conv_sides,
    pad_module,
    transposed_cut,
)


class ConvParams(Weighted):
    out: Positive
    kernel: Positive = 3
    stride: Positive = 1
    padding: Padding = "same"
    padding_mode: PadMode = "zeros"
    groups: Positive = 1


class ConvTransposeParams(Weighted):
    out: Positive
    kernel: Positive = 3
    stride: Positive = 1
    padding: Padding = "same"


def _sides(p: ConvParams, x: Tensor) -> Sides:
    return conv_sides(x, p.kernel, p.stride, p.padding)


def infer_conv(p: ConvParams, x: Tensor) -> Tensor:
    x = image(x, "conv")
    if x.channels % p.groups or p.out % p.groups:
        raise ShapeError(
            "GF308",
            f"{p.groups} groups do not divide {x.channels} channels into {p.out}",
            "both numbers of channels must be multiples of `groups`",
        )
    sides = _sides(p, x)
    if p.padding_mode == "reflect":
        check_reflect(x, sides)
    height = (x.height + sides.top + sides.bottom - p.kernel) // p.stride + 1
    width = (x.width + sides.left + sides.right - p.kernel) // p.stride + 1
    if min(height, width) < 1:
        raise ShapeError(
            "GF305",
            f"nothing is left: kernel {p.kernel} with padding {sides.left} does not fit into "
            f"{sized(x.height, x.width)}",
            f"write `kernel = {min(x.height, x.width)}`, pad more, or stride less before it",
        )
    return Tensor((p.out, height, width))


def make_conv(p: ConvParams, x: Tensor) -> Call:
    sides = _sides(p, x)
    pads = sides.left if sides.left == sides.top else (sides.top, sides.left)
    own = {
        "kernel_size": p.kernel,
        "stride": p.stride,
        "padding": pads if sides.symmetric else 0,
        "groups": p.groups,
        "bias": p.bias,
        "padding_mode": p.padding_mode if sides.symmetric and any(sides) else "zeros",
    }
    defaults = {"stride": 1, "padding": 0, "groups": 1, "bias": True, "padding_mode": "zeros"}
    conv = call("nn.Conv2d", x.channels, p.out, **changed(own, **defaults))
    if sides.symmetric:
        return conv
    return call("nn.Sequential", pad_module(sides, p.padding_mode), conv)


def infer_conv_transpose(p: ConvTransposeParams, x: Tensor) -> Tensor:
    x = image(x, "conv-transpose")
    cut = transposed_cut(p.kernel, p.stride, p.padding)
    added = p.kernel - 2 * cut.padding + cut.output_padding - cut.crop
    height, width = ((side - 1) * p.stride + added for side in (x.height, x.width))
    if min(height, width) < 1:
        raise ShapeError(
            "GF305",
            f"nothing is left: padding {cut.padding} takes away all that kernel {p.kernel} "
            f"makes of {sized(x.height, x.width)}",
            f"write `padding = {(p.kernel - 1) // 2}` or less",
        )
    return Tensor((p.out, height, width))


def make_conv_transpose(p: ConvTransposeParams, x: Tensor) -> Call:
    cut = transposed_cut(p.kernel, p.stride, p.padding)
    own = {
        "kernel_size": p.kernel,
        "stride": p.stride,
        "padding": cut.padding,
        "output_padding": cut.output_padding,
        "bias": p.bias,
    }
    defaults = {"stride": 1, "padding": 0, "output_padding": 0, "bias": True}
    conv = call("nn.ConvTranspose2d", x.channels, p.out, **changed(own, **defaults))
    if not cut.crop:
        return conv
    return call("nn.Sequential", conv, pad_module(Sides(0, -cut.crop, 0, -cut.crop), "zeros"))


BLOCKS = (
    Block(
        "conv",
        'Convolution; "same" padding gives height and width divided by the stride, rounded up.',
        ConvParams,
        infer_conv,
        module=make_conv,
        stateful=True,
        overwritable=True,
        shift=lambda p: p.bias is not False,
        channels_last=lambda p: p.padding_mode == "zeros",
    ),
    Block(
        "conv-transpose",
        'Transposed convolution; "same" padding gives height and width times the stride.',
        ConvTransposeParams,
        infer_conv_transpose,
        module=make_conv_transpose,
        stateful=True,
        overwritable=True,
        shift=lambda p: p.bias is not False,
        channels_last=lambda p: True,
        spreads=lambda p: (p.kernel, p.stride),
    ),
)
