"""Operations of kornia in ganforge: nothing of it is rewritten, scripts import it.

https://kornia.readthedocs.io
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ganforge.plugins import (
    Block,
    Call,
    Loss,
    Params,
    Ref,
    ShapeError,
    Tensor,
    Term,
    call,
    hookimpl,
    image,
)
from ganforge.plugins.params import Float, Positive

KORNIA = ("kornia",)


def _odd(size: int) -> int:
    if size % 2 == 0:
        raise ValueError("is even, and must be odd")
    return size


Odd = Annotated[Positive, AfterValidator(_odd)]
Sigma = Annotated[Float, Field(gt=0)]


class BlurParams(Params):
    size: Odd = 3
    sigma: Sigma = 1.0


class WindowParams(Params):
    window: Odd = 11


def _infer_blur(name: str) -> Any:
    def infer(p: BlurParams, x: Tensor) -> Tensor:
        x = image(x, name)
        if min(x.height, x.width) <= p.size // 2:
            message = f"a kernel of {p.size} reflects more than {x} has"
            raise ShapeError("GF305", message, f"take `size = {2 * min(x.height, x.width) - 1}`")
        return Tensor(x.shape)

    return infer


def infer_sobel(p: Params, x: Tensor) -> Tensor:
    return Tensor(image(x, "sobel").shape)


def infer_grey(p: Params, x: Tensor) -> Tensor:
    x = image(x, "grey")
    if x.channels != 3:
        message = f"`grey` needs the 3 channels of a colour image, not {x.channels}"
        raise ShapeError("GF301", message, "give it an image of 3 channels")
    return Tensor((1, x.height, x.width))


def _gaussian(target: str, *first: Any) -> Any:
    def make(p: BlurParams, x: Tensor) -> Call:
        return call(target, *first, (p.size, p.size), (p.sigma, p.sigma))

    return make


BLOCKS = (
    Block(
        "gaussian-blur",
        "Blurs by a Gaussian of `sigma` pixels in a window of `size`.",
        BlurParams,
        _infer_blur("gaussian-blur"),
        module=_gaussian("kornia.filters:GaussianBlur2d"),
        function=_gaussian("kornia.filters:gaussian_blur2d", Ref("x")),
        requires=KORNIA,
        example='{ block = "gaussian-blur", size = 5, sigma = 1.5 }',
    ),
    Block(
        "unsharp-mask",
        "Sharpens: adds what a Gaussian blur takes away.",
        BlurParams,
        _infer_blur("unsharp-mask"),
        module=_gaussian("kornia.filters:UnsharpMask"),
        function=_gaussian("kornia.filters:unsharp_mask", Ref("x")),
        requires=KORNIA,
    ),
    Block(
        "sobel",
        "The length of the gradient of an image, per channel.",
        infer=infer_sobel,
        module=lambda p, x: call("kornia.filters:Sobel"),
        function=lambda p, x: call("kornia.filters:sobel", Ref("x")),
        requires=KORNIA,
    ),
    Block(
        "grey",
        "The brightness of a colour image.",
        infer=infer_grey,
        module=lambda p, x: call("kornia.color:RgbToGrayscale"),
        function=lambda p, x: call("kornia.color:rgb_to_grayscale", Ref("x")),
        requires=KORNIA,
    ),
)


def ssim_terms(p: WindowParams) -> tuple[Term, ...]:
    images = Ref("reconstruction"), Ref("original")
    return (Term("all", call("kornia.losses:ssim_loss", *images, p.window, max_val=2.0)),)


SSIM = Loss(
    "structural-similarity",
    "(1 - SSIM) / 2 of two images with values from -1 to 1, over windows (Wang et al., 2004).",
    WindowParams,
    ("original", "reconstruction"),
    ssim_terms,
    requires=KORNIA,
)


@hookimpl
def ganforge_register_blocks() -> tuple[Block, ...]:
    return BLOCKS


@hookimpl
def ganforge_register_losses() -> list[Loss]:
    return [SSIM]
