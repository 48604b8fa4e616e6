"""Blocks that change the resolution of images."""

from __future__ import annotations

from typing import Any, Literal

from ganforge.plugins import Block, Call, Params, Ref, ShapeError, Tensor, call
from ganforge.plugins.params import Floats, Positive
from ganforge_blocks.checks import changed, image, plain, sized

MODULES = "ganforge_blocks.modules.resampling"


class UpsampleParams(Params):
    scale: Positive = 2
    mode: Literal["nearest", "bilinear", "bicubic", "fir"] = "nearest"


class DownsampleParams(Params):
    scale: Positive = 2
    mode: Literal["average", "bilinear", "bicubic", "fir"] = "average"


class ResizeParams(Params):
    size: Positive
    mode: Literal["area", "nearest", "bilinear", "bicubic", "fir"] = "area"


class BlurParams(Params):
    kernel: Floats = (1, 2, 1)


def _within(x: Tensor, height: int, width: int, mode: str) -> Tensor:
    """Another size. Bicubic weights are negative too, and leave the range; a filter that has zeros
    outside makes the range begin or end there.
    """
    bounds = None if mode == "bicubic" else x.range
    if bounds is not None and mode == "fir":
        bounds = (min(0.0, bounds[0]), max(0.0, bounds[1]))
    return Tensor((x.channels, height, width), range=bounds)


def _by_two(mode: str, scale: float, help: str) -> None:
    """GF115 for the filter, which is one of images of twice the size."""
    if mode == "fir" and scale not in (2, 0.5):
        message = "the filter of `fir` doubles or halves an image, and nothing else"
        raise ShapeError("GF115", message, help)


def infer_upsample(p: UpsampleParams, x: Tensor) -> Tensor:
    x = image(x, "upsample")
    _by_two(p.mode, p.scale, "write `scale = 2`, several times for more")
    return _within(x, x.height * p.scale, x.width * p.scale, p.mode)


def _upsampling(p: UpsampleParams) -> dict[str, object]:
    return changed({"scale_factor": p.scale, "mode": p.mode}, mode="nearest")


def make_upsample(p: UpsampleParams, x: Tensor) -> Call:
    if p.mode == "bicubic":
        return call(f"{MODULES}:Enlarge", p.scale)
    return _fir("FirUpsample") if p.mode == "fir" else call("nn.Upsample", **_upsampling(p))


def call_upsample(p: UpsampleParams, x: Tensor) -> Call:
    if p.mode == "fir":
        return _fir("fir_upsample", Ref("x"), _fir("fir_kernel"))
    if p.mode == "bicubic":
        return call(f"{MODULES}:enlarged", Ref("x"), p.scale)
    return call("F.interpolate", Ref("x"), **_upsampling(p))


def _fir(name: str, *args: Any) -> Call:
    return call(f"{MODULES}:{name}", *args)


def infer_downsample(p: DownsampleParams, x: Tensor) -> Tensor:
    x = image(x, "downsample")
    _by_two(p.mode, p.scale, "write `scale = 2`, several times for more")
    if x.height % p.scale or x.width % p.scale:
        message = f"{sized(x.height, x.width)} does not divide by {p.scale}"
        raise ShapeError("GF306", message, f"sizes here are multiples of {p.scale}")
    return _within(x, x.height // p.scale, x.width // p.scale, p.mode)


def make_downsample(p: DownsampleParams, x: Tensor) -> Call:
    if p.mode == "fir":
        return _fir("FirDownsample")
    if p.mode == "average":
        return call("nn.AvgPool2d", p.scale)
    return call(f"{MODULES}:Shrink", p.scale, p.mode)


def call_downsample(p: DownsampleParams, x: Tensor) -> Call:
    if p.mode == "fir":
        return _fir("fir_downsample", Ref("x"), _fir("fir_kernel"))
    if p.mode == "average":
        return call("F.avg_pool2d", Ref("x"), p.scale)
    return call(f"{MODULES}:shrunk", Ref("x"), p.scale, p.mode)


def infer_resize(p: ResizeParams, x: Tensor) -> Tensor:
    x = image(x, "resize")
    for side in (x.height, x.width):
        help = f"{sized(x.height, x.width)} to {sized(p.size, p.size)} is done by `bilinear`"
        _by_two(p.mode, p.size / side, help)
    return _within(x, p.size, p.size, p.mode)


def call_resize(p: ResizeParams, x: Tensor) -> Call:
    """Where an image shrinks, interpolation alone would skip pixels."""
    if p.mode == "fir":
        name = "fir_upsample" if p.size > x.height else "fir_downsample"
        return _fir(name, Ref("x"), _fir("fir_kernel"))
    shrinks = p.size < x.height or p.size < x.width
    if p.mode == "bicubic" or (shrinks and p.mode == "bilinear"):
        return call(f"{MODULES}:resized", Ref("x"), (p.size, p.size), p.mode)
    own = changed({"mode": p.mode}, mode="nearest")
    return call("F.interpolate", Ref("x"), size=(p.size, p.size), **own)


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
        module=make_upsample,
        function=call_upsample,
    ),
    Block(
        "downsample",
        "Height and width divided by `scale`, exactly; `average` is the mean of each square.",
        DownsampleParams,
        infer_downsample,
        module=make_downsample,
        function=call_downsample,
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
