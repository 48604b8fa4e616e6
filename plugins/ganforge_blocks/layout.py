"""Blocks that arrange values anew, without computing."""

from __future__ import annotations

from dataclasses import replace

from ganforge.plugins import Block, Call, Params, Ref, ShapeError, Tensor, call
from ganforge.plugins.params import Ints, Positive
from ganforge_blocks.checks import NoParams, changed, features, image, numbers, sized
from ganforge_blocks.padding import PadMode, Sides, check_reflect, pad_module

MAKE_FIT = "change `shape`, or how many values the layer before it gives"


class ReshapeParams(Params):
    shape: Ints


class PixelShuffleParams(Params):
    scale: Positive = 2


class PadParams(Params):
    sides: Ints
    mode: PadMode = "zeros"


class CropParams(Params):
    sides: Ints


def infer_reshape(p: ReshapeParams, x: Tensor) -> Tensor:
    x = numbers(x, "reshape")
    written = "[" + ", ".join(map(str, p.shape)) + "]"
    sides = [side for side in p.shape if side != -1]
    if not p.shape or any(side < 1 for side in sides) or len(p.shape) - len(sides) > 1:
        message = f"{written} is no shape"
        raise ShapeError("GF307", message, "sizes are at least 1, and at most one of them is -1")
    known = Tensor(tuple(sides)).size
    rest, left = divmod(x.size, known)
    if left or (-1 not in p.shape and rest != 1):
        message = f"there are {x.size:,} values, and {written} takes "
        message += f"multiples of {known:,}" if -1 in p.shape else f"{known:,}"
        raise ShapeError("GF307", message, _fitting(p.shape, x) or MAKE_FIT)
    if len(p.shape) == 4 and p.shape[0] == -1 and rest == 1:
        help = f"write `shape = [{', '.join(map(str, p.shape[1:]))}]`"
        raise ShapeError("GF307", f"{written} counts the samples of the batch too", help)
    return x.reshaped(*(rest if side == -1 else side for side in p.shape))


def _fitting(shape: tuple[int, ...], x: Tensor) -> str | None:
    count, left = divmod(x.size, Tensor(shape[1:]).size)
    if left or count < 1:
        return None
    return f"write `shape = [{', '.join(map(str, (count, *shape[1:])))}]`"


def make_reshape(p: ReshapeParams, x: Tensor) -> Call:
    shape = infer_reshape(p, x).shape
    if not x.shape:
        return call("nn.Unflatten", 0, (-1, *shape))
    if len(shape) == 1:
        return call("nn.Flatten")
    split = call("nn.Unflatten", 1, shape)
    return split if len(x.shape) == 1 else call("nn.Sequential", call("nn.Flatten"), split)


def call_reshape(p: ReshapeParams, x: Tensor) -> Call:
    return call("torch.reshape", Ref("x"), (-1, *infer_reshape(p, x).shape))


def infer_flatten(p: NoParams, x: Tensor) -> Tensor:
    return features(x, "flatten").reshaped(x.size)


def infer_pixel_shuffle(p: PixelShuffleParams, x: Tensor) -> Tensor:
    x = image(x, "pixel-shuffle")
    if x.channels % p.scale**2:
        message = f"{x.channels} channels do not make squares of {p.scale} x {p.scale} pixels"
        raise ShapeError(
            "GF306", message, f"give it {-(-x.channels // p.scale**2) * p.scale**2} channels"
        )
    return x.reshaped(x.channels // p.scale**2, x.height * p.scale, x.width * p.scale)


def _sides(sides: tuple[int, ...]) -> Sides:
    if len(sides) != 4 or min(sides) < 0:
        message = "`sides` are four numbers of at least 0: left, right, top, bottom"
        raise ShapeError("GF115", message, "write `sides = [1, 1, 1, 1]`")
    return Sides(*sides)


def infer_pad(p: PadParams, x: Tensor) -> Tensor:
    x, sides = image(x, "pad"), _sides(p.sides)
    if p.mode == "reflect":
        check_reflect(x, sides)
    bounds = x.range
    if bounds is not None and p.mode == "zeros":
        bounds = (min(bounds[0], 0.0), max(bounds[1], 0.0))
    height, width = x.height + sides.top + sides.bottom, x.width + sides.left + sides.right
    return replace(x, shape=(x.channels, height, width), range=bounds)


def call_pad(p: PadParams, x: Tensor) -> Call:
    mode = "constant" if p.mode == "zeros" else p.mode
    return call("F.pad", Ref("x"), p.sides, **changed({"mode": mode}, mode="constant"))


def infer_crop(p: CropParams, x: Tensor) -> Tensor:
    x, sides = image(x, "crop"), _sides(p.sides)
    height, width = x.height - sides.top - sides.bottom, x.width - sides.left - sides.right
    if min(height, width) < 1:
        raise ShapeError("GF305", f"nothing is left of {sized(x.height, x.width)}", "crop less")
    return x.reshaped(x.channels, height, width)


def _negative(p: CropParams) -> tuple[int, ...]:
    return tuple(-side for side in p.sides)


BLOCKS = (
    Block(
        "reshape",
        "The same values in another shape; one size may be -1 and takes the rest.",
        ReshapeParams,
        infer_reshape,
        module=make_reshape,
        function=call_reshape,
        example='{ block = "reshape", shape = [-1, 4, 4] }',
    ),
    Block(
        "flatten",
        "All values of a sample as a vector.",
        NoParams,
        infer_flatten,
        module=lambda p, x: call("nn.Flatten"),
        function=lambda p, x: call("torch.flatten", Ref("x"), 1),
    ),
    Block(
        "pixel-shuffle",
        "Channels become pixels: C / s^2, H s, W s (1609.05158).",
        PixelShuffleParams,
        infer_pixel_shuffle,
        module=lambda p, x: call("nn.PixelShuffle", p.scale),
        function=lambda p, x: call("F.pixel_shuffle", Ref("x"), p.scale),
    ),
    Block(
        "pad",
        "Adds columns and rows: left, right, top, bottom.",
        PadParams,
        infer_pad,
        module=lambda p, x: pad_module(Sides(*p.sides), p.mode),
        function=call_pad,
    ),
    Block(
        "crop",
        "Takes columns and rows away: left, right, top, bottom.",
        CropParams,
        infer_crop,
        module=lambda p, x: pad_module(Sides(*_negative(p)), "zeros"),
        function=lambda p, x: call("F.pad", Ref("x"), _negative(p)),
    ),
)
