"""Blocks whose weights a style scales."""

from __future__ import annotations

from ganforge.plugins import Block, Call, Shape, ShapeError, Tensor, call
from ganforge.plugins.params import Bool, Initialized, Positive
from ganforge_blocks.checks import changed, features, image

MODULES = "ganforge_blocks.modules.modulation"


class ModulatedConvParams(Initialized):
    out: Positive
    kernel: Positive = 3
    up: Positive = 1
    demodulate: Bool = True


def infer_modulated_conv(p: ModulatedConvParams, x: Tensor, style: Shape) -> Tensor:
    x, style = image(x, "modulated-conv"), features(style, "modulated-conv")
    if len(style.shape) != 1:
        message = f"`modulated-conv` takes a vector as its style, and is given {style}"
        raise ShapeError("GF314", message, "flatten it: `flatten(w)`")
    if p.kernel % 2 == 0:
        message = f"a kernel of {p.kernel} cannot be padded equally on both sides"
        raise ShapeError("GF304", message, f"write `kernel = {p.kernel + 1}`")
    if p.up > 2:
        message = "the filter of `up` doubles an image, and nothing else"
        raise ShapeError("GF115", message, "write `up = 2`, in several layers for more")
    return Tensor((p.out, x.height * p.up, x.width * p.up))


def make_modulated_conv(p: ModulatedConvParams, x: Tensor, style: Tensor) -> Call:
    own = changed({"kernel": p.kernel, "demodulate": p.demodulate}, kernel=3, demodulate=True)
    name = "ModulatedUpConv" if p.up == 2 else "ModulatedConv"
    return call(f"{MODULES}:{name}", x.channels, style.size, p.out, **own)


def _count(p: ModulatedConvParams, x: Tensor, style: Tensor) -> int:
    return x.channels * (p.out * p.kernel**2 + style.size + 1)


BLOCKS = (
    Block(
        "modulated-conv",
        "Convolution whose weights each sample's `style` scales, by their norm if `demodulate`; "
        "`up = 2` doubles the image (1912.04958).",
        ModulatedConvParams,
        infer_modulated_conv,
        module=make_modulated_conv,
        inputs=("x", "style"),
        stateful=True,
        count=_count,
        channels_last=lambda p: True,
    ),
)
