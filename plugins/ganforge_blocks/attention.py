"""Attention over the pixels of an image."""

from __future__ import annotations

from ganforge.plugins import Block, Call, ShapeError, Tensor, call
from ganforge.plugins.params import Initialized, Positive
from ganforge_blocks.checks import changed, image, sized


class SelfAttentionParams(Initialized):
    key_ratio: Positive = 8
    value_ratio: Positive = 2
    pool: Positive = 1


def infer_self_attention(p: SelfAttentionParams, x: Tensor) -> Tensor:
    x = image(x, "self-attention")
    for key, ratio in (("key_ratio", p.key_ratio), ("value_ratio", p.value_ratio)):
        if x.channels % ratio:
            message = f"`{key} = {ratio}` does not divide {x.channels} channels"
            help = f"{x.channels} channels take a ratio that divides them, such as 1"
            raise ShapeError("GF308", message, help)
    if p.pool > min(x.height, x.width):
        message = f"`pool = {p.pool}` leaves nothing of {sized(x.height, x.width)}"
        raise ShapeError("GF305", message, "pool less, or attend where the image is larger")
    return x.with_shape(*x.shape)


def _widths(p: SelfAttentionParams, x: Tensor) -> tuple[int, int]:
    """Channels of keys and of values."""
    return x.channels // p.key_ratio, x.channels // p.value_ratio


def make_self_attention(p: SelfAttentionParams, x: Tensor) -> Call:
    keys, values = _widths(p, x)
    own = changed({"pool": p.pool}, pool=1)
    return call("ganforge_blocks.modules.attention:SelfAttention", x.channels, keys, values, **own)


BLOCKS = (
    Block(
        "self-attention",
        "Each pixel plus a gated mean of values from the whole image (1805.08318).",
        SelfAttentionParams,
        infer_self_attention,
        module=make_self_attention,
        stateful=True,
        count=lambda p, x: 2 * x.channels * sum(_widths(p, x)) + 1,
    ),
)
