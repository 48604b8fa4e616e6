"""What blocks ask of the shapes they are given: each gives the tensor, or raises `ShapeError`."""

from __future__ import annotations

from ganforge.plugins.shapes import Shape, ShapeError, Tensor


def tensor(x: Shape, block: str) -> Tensor:
    """`x` as one tensor; GF217 where it is a list."""
    if not isinstance(x, Tensor):
        raise ShapeError("GF217", f"`{block}` is given a list", "take its elements one by one")
    return x


def numbers(x: Shape, block: str) -> Tensor:
    """`x` as a tensor of numbers with at least one value; GF503 where it holds class indices."""
    x = tensor(x, block)
    if x.classes is not None:
        raise ShapeError(
            "GF503",
            f"`{block}` computes with numbers, and is given a {x}",
            'make numbers of it: `one_hot(y)`, or `{ block = "embedding", out = 128 }`',
        )
    if any(side < 1 for side in x.shape):
        message = f"`{block}` is given {x}, which holds no value"
        raise ShapeError("GF305", message, "what stands before it makes too little: change a size")
    return x


def features(x: Shape, block: str) -> Tensor:
    """`x` as numbers with an axis of channels; GF314 where it is one number per sample."""
    x = numbers(x, block)
    if not x.shape:
        raise ShapeError(
            "GF314",
            f"`{block}` needs a vector or an image, and is given one number per sample",
            'insert `{ block = "reshape", shape = [1] }` before it',
        )
    return x


def image(x: Shape, block: str) -> Tensor:
    """`x` as an image (C, H, W); GF301 with the reshape to insert where it is none."""
    x = features(x, block)
    if x.is_image:
        return x
    side = 4 if x.size % 16 == 0 else 1
    shape = f"[{x.size // side**2}, {side}, {side}]"
    raise ShapeError(
        "GF301",
        f"`{block}` needs an image (C x H x W), and is given {x}",
        f'insert `{{ block = "reshape", shape = {shape} }}` before it',
    )
