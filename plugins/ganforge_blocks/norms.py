"""Normalisation layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ganforge.plugins import Block, Call, Params, Ref, ShapeError, Tensor, call
from ganforge.plugins.params import Bool, Positive
from ganforge_blocks.checks import Eps, Share, changed, features, image


class BatchNormParams(Params):
    affine: Bool = True
    eps: Eps = 1e-5
    momentum: Share = 0.1


class InstanceNormParams(Params):
    affine: Bool = False
    track: Bool = False
    eps: Eps = 1e-5


class LayerNormParams(Params):
    affine: Bool = True
    eps: Eps = 1e-5


class GroupNormParams(Params):
    groups: Positive
    affine: Bool = True
    eps: Eps = 1e-5


class PixelNormParams(Params):
    eps: Eps = 1e-8


def infer_batch_norm(p: BatchNormParams, x: Tensor) -> Tensor:
    x = features(x, "batch-norm")
    if len(x.shape) > 3:
        message = f"`batch-norm` needs a vector or an image, and is given {x}"
        raise ShapeError("GF314", message, 'insert `{ block = "flatten" }` before it')
    return x.with_shape(*x.shape)


def make_batch_norm(p: BatchNormParams, x: Tensor) -> Call:
    own = {"eps": p.eps, "momentum": p.momentum, "affine": p.affine}
    target = "nn.BatchNorm2d" if x.is_image else "nn.BatchNorm1d"
    return call(target, x.channels, **changed(own, eps=1e-5, momentum=0.1, affine=True))


def infer_instance_norm(p: InstanceNormParams, x: Tensor) -> Tensor:
    x = image(x, "instance-norm")
    if x.height * x.width == 1:
        raise ShapeError(
            "GF305",
            "`instance-norm` of 1 x 1 leaves nothing: a single value minus its own mean is 0",
            "take no norm here, or `batch-norm`",
        )
    return x.with_shape(*x.shape)


def make_instance_norm(p: InstanceNormParams, x: Tensor) -> Call:
    own = {"eps": p.eps, "affine": p.affine, "track_running_stats": p.track}
    defaults = {"eps": 1e-5, "affine": False, "track_running_stats": False}
    return call("nn.InstanceNorm2d", x.channels, **changed(own, **defaults))


def infer_layer_norm(p: LayerNormParams, x: Tensor) -> Tensor:
    x = features(x, "layer-norm")
    _several(x.size, "layer-norm")
    return x.with_shape(*x.shape)


def make_layer_norm(p: LayerNormParams, x: Tensor) -> Call:
    """On images one group is meant: statistics over C, H, W, and a scale and shift per channel."""
    if len(x.shape) > 1:
        return _group_norm(1, x, p.eps, p.affine)
    own = {"eps": p.eps, "elementwise_affine": p.affine}
    return call("nn.LayerNorm", x.channels, **changed(own, eps=1e-5, elementwise_affine=True))


def infer_group_norm(p: GroupNormParams, x: Tensor) -> Tensor:
    x = features(x, "group-norm")
    if x.channels % p.groups:
        message = f"{p.groups} groups do not divide {x.channels} channels"
        raise ShapeError("GF308", message, _divisors(x.channels, p.groups))
    _several(x.size // p.groups, "group-norm")
    return x.with_shape(*x.shape)


def _divisors(channels: int, groups: int) -> str | None:
    near = [g for g in range(min(groups, 4096), 0, -1) if channels % g == 0]
    return f"write `groups = {near[0]}`" if near else None


def _several(count: int, block: str) -> None:
    if count == 1:
        raise ShapeError(
            "GF305",
            f"`{block}` of single values leaves nothing: a single value minus its own mean is 0",
            "take no norm here, or fewer groups",
        )


def make_group_norm(p: GroupNormParams, x: Tensor) -> Call:
    return _group_norm(p.groups, x, p.eps, p.affine)


def _group_norm(groups: int, x: Tensor, eps: float, affine: bool) -> Call:
    own: dict[str, Any] = {"eps": eps, "affine": affine}
    return call("nn.GroupNorm", groups, x.channels, **changed(own, eps=1e-5, affine=True))


def infer_pixel_norm(p: PixelNormParams, x: Tensor) -> Tensor:
    return features(x, "pixel-norm").with_shape(*x.shape)


def call_pixel_norm(p: PixelNormParams, x: Tensor) -> Call:
    own = changed({"eps": p.eps}, eps=1e-8)
    return call("ganforge_blocks.modules.norms:pixel_norm", Ref("x"), **own)


def _affine(
    name: str,
    summary: str,
    params: type[Params],
    infer: Callable[..., Tensor],
    make: Callable[..., Call],
    *,
    mixes_batch: bool = False,
) -> Block:
    """A norm that, by its parameter `affine`, learns a scale and a shift per channel."""
    return Block(
        name,
        summary,
        params,
        infer,
        module=make,
        stateful=True,
        overwritable=True,
        learns=lambda p: p.affine,
        shift=lambda p: p.affine,
        mixes_batch=mixes_batch,
    )


BLOCKS = (
    _affine(
        "batch-norm",
        "Batch normalisation (1502.03167).",
        BatchNormParams,
        infer_batch_norm,
        make_batch_norm,
        mixes_batch=True,
    ),
    _affine(
        "instance-norm",
        "Normalises each channel of each image (1607.08022).",
        InstanceNormParams,
        infer_instance_norm,
        make_instance_norm,
    ),
    _affine(
        "layer-norm",
        "Normalises each sample, with a scale and a shift per channel (1607.06450).",
        LayerNormParams,
        infer_layer_norm,
        make_layer_norm,
    ),
    _affine(
        "group-norm",
        "Normalises each group of channels of each sample (1803.08494).",
        GroupNormParams,
        infer_group_norm,
        make_group_norm,
    ),
    Block(
        "pixel-norm",
        "Scales the channels at each pixel to unit mean square (1710.10196, section 4.2).",
        PixelNormParams,
        infer_pixel_norm,
        function=call_pixel_norm,
    ),
)
