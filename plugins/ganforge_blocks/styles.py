"""Blocks of generators that are driven by styles: vectors of a mapping network, one per layer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ganforge.plugins import (
    Block,
    Call,
    Params,
    Ref,
    Shape,
    ShapeError,
    Tensor,
    TensorList,
    call,
)
from ganforge.plugins.params import Float, Initialized
from ganforge_blocks.checks import Eps, Finite, Natural, Share, changed, features, image

MODULES = "ganforge_blocks.modules.styles"


class AdaINParams(Initialized):
    eps: Eps = 1e-8


class TruncationParams(Params):
    psi: Finite
    first: Natural | None = None
    decay: Annotated[Float, Field(ge=0, lt=1)] = 0.995


class MixStylesParams(Params):
    probability: Share


class CopyStylesParams(Params):
    start: Natural = 0
    end: Natural | None = None


def style_size(style: Shape, block: str) -> int:
    """How many numbers a style has. Raises GF314 for what is no vector."""
    style = features(style, block)
    if len(style.shape) != 1:
        message = f"`{block}` takes a style, which is a vector, and is given {style}"
        raise ShapeError("GF314", message, "flatten it: `flatten(w)`")
    return style.size


def infer_adain(p: AdaINParams, x: Tensor, style: Tensor) -> Tensor:
    x = image(x, "adain")
    style_size(style, "adain")
    if x.height * x.width == 1:
        message = "`adain` of 1 x 1 leaves nothing: a single value minus its own mean is 0"
        raise ShapeError("GF305", message, "begin with a larger constant, such as 4 x 4")
    return x.with_shape(*x.shape)


def make_adain(p: AdaINParams, x: Tensor, style: Tensor) -> Call:
    return call(f"{MODULES}:AdaIN", x.channels, style.size, **changed({"eps": p.eps}, eps=1e-8))


def infer_truncation(p: TruncationParams, w: Shape) -> Shape:
    if isinstance(w, TensorList):
        return TensorList(tuple(Tensor((size,)) for size in _sizes(w, "truncation")))
    if p.first is not None:
        message = "`first` counts the styles of a list, and `truncation` is given one"
        help = 'leave it out, or insert `{ block = "repeat", count = ... }` before it'
        raise ShapeError("GF115", message, help)
    return Tensor((style_size(w, "truncation"),))


def make_truncation(p: TruncationParams, w: Shape) -> Call:
    style = w.items[0] if isinstance(w, TensorList) else w
    assert isinstance(style, Tensor)
    own = changed({"decay": p.decay, "first": p.first}, decay=0.995, first=None)
    return call(f"{MODULES}:Truncation", style.size, p.psi, **own)


def infer_mix_styles(p: MixStylesParams, a: Shape, b: Shape, mix: Shape) -> TensorList:
    sizes = _alike(a, b, "mix_styles")
    if len(sizes) < 2:
        message = "a list of one style has no place where another could begin"
        raise ShapeError("GF303", message, "give one style for each layer: `repeat(w, count=4)`")
    if features(mix, "mix-styles").shape != (2,):
        message = f"the third of `mix_styles` is two numbers a sample, not {mix}"
        raise ShapeError("GF303", message, "leave it out: it is drawn for every sample")
    return TensorList(tuple(Tensor((size,)) for size in sizes))


def infer_copy_styles(p: CopyStylesParams, a: Shape, b: Shape) -> TensorList:
    """Beyond the last style nothing is copied: a network that grows has fewer at first."""
    sizes = _alike(a, b, "copy_styles")
    if p.end is not None and p.end <= p.start:
        message = f"`copy_styles` copies none: there are no styles from {p.start} up to {p.end}"
        raise ShapeError("GF115", message, "`end` is left out, and lies behind `start`")
    return TensorList(tuple(Tensor((size,)) for size in sizes))


def _alike(a: Shape, b: Shape, block: str) -> list[int]:
    """The sizes of the styles of two lists that are alike."""
    one, other = _listed(a, block), _listed(b, block)
    sizes = _sizes(one, block)
    if _sizes(other, block) != sizes:
        message = f"`{block}` takes two lists alike, and is given {one} and {other}"
        raise ShapeError("GF303", message, "make both by one network, from two latents")
    return sizes


def _listed(styles: Shape, block: str) -> TensorList:
    if not isinstance(styles, TensorList):
        message = f"`{block}` takes lists of styles, one for each layer, and is given {styles}"
        raise ShapeError("GF303", message, "make a list of it: `repeat(w, count=4)`")
    return styles


def _sizes(styles: TensorList, block: str) -> list[int]:
    """The sizes of a list of styles, which are all the same."""
    sizes = [style_size(style, block) for style in styles.items]
    if len(set(sizes)) != 1:
        message = f"`{block}` takes styles of one size, and is given {styles}"
        raise ShapeError("GF303", message, "make all of them by one network")
    return sizes


BLOCKS = (
    Block(
        "adain",
        "Instance norm, with a scale and a shift that are linear in a style (1812.04948, eq. 1).",
        AdaINParams,
        infer_adain,
        module=make_adain,
        inputs=("x", "style"),
        stateful=True,
        count=lambda p, x, style: 2 * x.channels * (style.size + 1),
        overwritable=True,
        shift=lambda p: True,
    ),
    Block(
        "truncation",
        "Draws styles to their running mean by `psi` in sampling alone: all, or the `first` of a "
        "list (1812.04948, appendix B).",
        TruncationParams,
        infer_truncation,
        module=make_truncation,
        inputs=("w",),
        lists=("w",),
        stateful=True,
        count=lambda p, w: 0,
        learns=lambda p: False,
        sampling=("psi", "first"),
        example='{ block = "truncation", psi = 0.7 }',
        untruncated={"psi": 1.0},
    ),
    Block(
        "mix-styles",
        "Lists of styles, one for each layer: the first's, and in a share `probability` of samples "
        "the second's from a random layer on (1812.04948, section 3.1).",
        MixStylesParams,
        infer_mix_styles,
        function=lambda p, a, b, mix: call(
            f"{MODULES}:mix_styles", Ref("a"), Ref("b"), Ref("mix"), p.probability
        ),
        inputs=("a", "b", "mix"),
        lists=("a", "b"),
        draws=lambda p, a, b: (2,),
        chosen_by="copy-styles",
        example='styles = "mix_styles(M(z), M(z2), probability=0.9)"',
    ),
    Block(
        "copy-styles",
        "Lists of styles, one for each layer: the first's, and from `start` up to `end` the "
        "second's (1812.04948, figure 3).",
        CopyStylesParams,
        infer_copy_styles,
        function=lambda p, a, b: call(
            f"{MODULES}:copy_styles",
            Ref("a"),
            Ref("b"),
            **changed({"start": p.start, "end": p.end}, start=0, end=None),
        ),
        inputs=("a", "b"),
        lists=("a", "b"),
        example='coarse = "copy_styles(M(z), M(z2), end=4)"',
    ),
)
