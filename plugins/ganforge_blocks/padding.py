"""How much convolutions pad, for integers, `"same"` and `"tf-same"`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Discriminator, Tag

from ganforge.plugins import Call, ShapeError, Tensor, call
from ganforge_blocks.checks import Natural, sized

WORDS = ("same", "tf-same")
PadMode = Literal["zeros", "reflect", "replicate"]


def _kind(value: Any) -> str:
    return "word" if value in WORDS else "number"


Padding = Annotated[
    Annotated[Literal["same", "tf-same"], Tag("word")] | Annotated[Natural, Tag("number")],
    Discriminator(_kind),
]
"""`"same"`, `"tf-same"`, or the rows and columns added on each side."""


class Sides(NamedTuple):
    """What is added to an image, in PyTorch's order."""

    left: int
    right: int
    top: int
    bottom: int

    @property
    def symmetric(self) -> bool:
        return self.left == self.right and self.top == self.bottom


def pad_module(sides: Sides, mode: str) -> Call:
    """The module that pads, `nn.ZeroPad2d((1, 2, 1, 2))`."""
    names = {"zeros": "ZeroPad2d", "reflect": "ReflectionPad2d", "replicate": "ReplicationPad2d"}
    return call(f"nn.{names[mode]}", tuple(sides))


def check_reflect(x: Tensor, sides: Sides) -> None:
    """GF115 where an image is too small to be reflected so far."""
    if max(sides.left, sides.right) >= x.width or max(sides.top, sides.bottom) >= x.height:
        message = f"reflection by {max(sides)} needs more than {max(sides)} rows and columns"
        raise ShapeError(
            "GF115",
            f"{message}, and the image is {sized(x.height, x.width)}",
            'write `mode = "replicate"` or `padding_mode = "replicate"`, or pad less',
        )


def conv_sides(x: Tensor, kernel: int, stride: int, padding: int | str) -> Sides:
    """What a convolution pads: input / stride comes out of `"same"`, rounded up. Raises GF304."""
    if isinstance(padding, int):
        return Sides(padding, padding, padding, padding)
    if padding == "tf-same":
        return Sides(*_tf_same(x.width, kernel, stride), *_tf_same(x.height, kernel, stride))
    side = (kernel - 1) // 2 if kernel % 2 else max(0, -((stride - kernel) // 2))
    for size in (x.height, x.width):
        if (size + 2 * side - kernel) // stride + 1 != -(-size // stride):
            raise _no_same(x, kernel, stride, side)
    return Sides(side, side, side, side)


def _tf_same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
    return total // 2, total - total // 2


def _no_same(x: Tensor, kernel: int, stride: int, side: int) -> ShapeError:
    if stride == 1:
        message = f"no symmetric padding keeps {sized(x.height, x.width)} with kernel {kernel}"
        help = (
            f"write `padding = {kernel // 2 - 1}` (1 smaller) or `{kernel // 2}` (1 larger), "
            f"or `kernel = {kernel - 1}`"
        )
        return ShapeError("GF304", message, help)
    message = (
        f"kernel {kernel} and stride {stride} do not divide {sized(x.height, x.width)} by {stride}"
    )
    help = f"sizes here must be multiples of {stride}, or write `padding = {side}`"
    return ShapeError("GF304", message, help)


class Cut(NamedTuple):
    """What a transposed convolution takes off its result.

    `padding` on both sides; at the end `output_padding` less and `crop` more.
    """

    padding: int
    output_padding: int = 0
    crop: int = 0


def transposed_cut(kernel: int, stride: int, padding: int | str) -> Cut:
    """How the result of `"same"` becomes input x stride, whatever the input. Raises GF304."""
    if isinstance(padding, int):
        return Cut(padding)
    surplus = kernel - stride
    if surplus < 0:
        return Cut(0, -surplus)
    if surplus % 2 == 0:
        return Cut(surplus // 2)
    if padding == "tf-same":
        return Cut(surplus // 2, crop=1)
    if stride > 1:
        return Cut((surplus + 1) // 2, 1)
    raise ShapeError(
        "GF304",
        f"no symmetric padding keeps the size with kernel {kernel} and stride 1",
        f"write `padding = {kernel // 2}` (1 smaller) or `{kernel // 2 - 1}` (1 larger), "
        f"or `kernel = {kernel - 1}`",
    )
