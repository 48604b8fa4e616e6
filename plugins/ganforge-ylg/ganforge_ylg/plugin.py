"""What ganforge reads: the block `ylg-attention`, and a rule about it. No torch here."""

from __future__ import annotations

from typing import Literal

from ganforge.plugins import Block, Call, Check, ShapeError, Tensor, call, hookimpl, image
from ganforge.plugins.params import Initialized, Positive

Step = Literal["floor", "repetitive"]


class AttentionParams(Initialized):
    heads: Positive = 8
    steps: tuple[Step, ...] = ("floor", "repetitive")
    direction: Literal["both", "left-to-right", "right-to-left"] = "both"


def infer_attention(p: AttentionParams, x: Tensor) -> Tensor:
    x = image(x, "ylg-attention")
    if x.height % 2 or x.width % 2:
        message = f"`ylg-attention` halves height and width for its keys, and is given {x}"
        raise ShapeError("GF306", message, "place it where both are even")
    if not p.steps:
        raise ShapeError("GF115", "`steps` is empty", 'write `steps = ["floor", "repetitive"]`')
    if p.heads % len(p.steps):
        message = f"{p.heads} heads do not share {len(p.steps)} steps evenly"
        raise ShapeError("GF308", message, f"take a multiple of {len(p.steps)} heads")
    if x.channels % (8 * p.heads):
        message = (
            f"{p.heads} heads do not divide {x.channels} channels: each takes an eighth of them"
        )
        help = f"give it a multiple of {8 * p.heads} channels, or fewer heads"
        raise ShapeError("GF308", message, help)
    return Tensor(x.shape)


def make_attention(p: AttentionParams, x: Tensor) -> Call:
    changed = {}
    if p.steps != ("floor", "repetitive"):
        changed["steps"] = p.steps
    if p.direction != "both":
        changed["direction"] = p.direction
    target = "ganforge_ylg.attention:LocalSparseAttention"
    return call(target, *x.shape, heads=p.heads, **changed)


ATTENTION = Block(
    "ylg-attention",
    "Local sparse attention in two dimensions, in two steps over its heads (1911.12287).",
    AttentionParams,
    infer_attention,
    module=make_attention,
    stateful=True,
    example='{ block = "ylg-attention", heads = 2, weights = "spectral" }',
)


@hookimpl
def ganforge_register_blocks() -> list[Block]:
    return [ATTENTION]


@hookimpl
def ganforge_register_rules() -> list[Check]:
    from ganforge_ylg.rules import CHECKS

    return CHECKS
