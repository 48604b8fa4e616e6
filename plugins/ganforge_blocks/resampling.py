"""Blocks that change the resolution of images."""

from __future__ import annotations

from typing import Literal

from ganforge.plugins import Block, Call, Params, Ref, ShapeError, Tensor, call
from ganforge.plugins.params import Floats, Positive
from ganforge_blocks.checks import changed, image, plain, sized


class UpsampleParams(Params):
    scale: Positive = 2
    mode: Literal["nearest", "bilinear", "bicubic"] = "nearest"


class DownsampleParams(Params):
    scale: Positive = 2
    mode: Literal["average"] = "average"


class ResizeParams(Params):
    size: Positive
    mode: Literal["area", "nearest", "bilinear", "bicubic"] = "area"


class BlurParams(Params):
    kernel: Floats = (1, 2, 1)


def _within(x: Tensor, height: int, width: int, mode: str) -> Tensor:
    """Another size; only bicubic weights are negative and leave the range."""
    bounds = None if mode == "bicubic" else x.range
    return Tensor((x.channels, height, width), range=bounds)


def infer_upsample(p: UpsampleParams, x: Tensor) -> Tensor:
    x = image(x, "upsample")
    return _within(x, x.height * p.scale, x.width * p.scale, p.mode)


def _upsampling(p: UpsampleParams) -> dict[str, object]:
    return changed({"scale_factor": p.scale, "mode": p.mode}, mode="nearest")


def infer_downsample(p: DownsampleParams, x: Tensor) -> Tensor:
    x = image(x, "downsample")
    if x.height % p.scale or x.width % p.scale:
        message = f"{sized(x.height, x.width)} does not divide by {p.scale}"
        raise ShapeError("GF306", message, f"sizes here are multiples of {p.scale}")
    return _within(x, x.height // p.scale, x.width // p.scale, p.mode)


def infer_resize(p: ResizeParams, x: Tensor) -> Tensor:
    return _within(image(x, "resize"), p.size, p.size, p.mode)


def call_resize(p: ResizeParams, x: Tensor) -> Call:
    mode = changed({"mode": p.mode}, mode="nearest")
    return call("F.interpolate", Ref("x"), size=(p.size, p.size), **mode)


def infer_blur(p: BlurParams, x: Tensor) -> Tensor:
    x, total = image(x, "blur"), sum(p.kernel)
    if not 0 < abs(total) < float("inf"):
        message = "the numbers of `kernel` are divided by their sum, which must not be 0"
        raise ShapeError("GF115", message, "write `kernel = [1, 2, 1]`")
    return x.with_shape(*x.shape)


def _kernel(p: BlurParams) -> list[float]:
    return [plain(value) for value in p.kernel]


BLOCKS = (
    Block(
        "upsample",
        "Height and width times `scale`.",
        UpsampleParams,
        infer_upsample,
        module=lambda p, x: call("nn.Upsample", **_upsampling(p)),
        function=lambda p, x: call("F.interpolate", Ref("x"), **_upsampling(p)),
    ),
    Block(
        "downsample",
        "Height and width divided by `scale`, exactly: the mean of each square.",
        DownsampleParams,
        infer_downsample,
        module=lambda p, x: call("nn.AvgPool2d", p.scale),
        function=lambda p, x: call("F.avg_pool2d", Ref("x"), p.scale),
    ),
    Block(
        "resize",
        "Any image to `size` x `size`.",
        ResizeParams,
        infer_resize,
        function=call_resize,
    ),
    Block(
        "blur",
        "A separable filter whose `kernel` is divided by its sum; zeros lie outside.",
        BlurParams,
        infer_blur,
        module=lambda p, x: call("ganforge_blocks.modules.blur:Blur", _kernel(p)),
        function=lambda p, x: call("ganforge_blocks.modules.blur:blur", Ref("x"), _kernel(p)),
    ),
)
