"""What ganforge reads: the block `ylg-attention`, a rule about it, the spec `ylg`, and the command
`invert`. No torch here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ganforge.plugins import (
    Block,
    Call,
    Check,
    Command,
    ShapeError,
    SpecFile,
    Tensor,
    call,
    hookimpl,
    image,
)
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


def count_attention(p: AttentionParams, x: Tensor) -> int:
    eighth, half = x.channels // 8, x.channels // 2
    return 2 * x.channels * (eighth + half) + 1


ATTENTION = Block(
    "ylg-attention",
    "Local sparse attention in two dimensions, in two steps over its heads (1911.12287).",
    AttentionParams,
    infer_attention,
    module=make_attention,
    stateful=True,
    count=count_attention,
    example='{ block = "ylg-attention", heads = 2, weights = "spectral" }',
)


@hookimpl
def ganforge_register_blocks() -> list[Block]:
    return [ATTENTION]


@hookimpl
def ganforge_register_specs() -> list[SpecFile]:
    return [SpecFile("ylg", Path(__file__).with_name("ylg.toml"))]


@hookimpl
def ganforge_register_commands() -> list[Command]:
    summary = "Find the latents by which a RUN with attention makes an IMAGE."
    return [Command("invert", summary, "ganforge_ylg.command:invert")]


@hookimpl
def ganforge_register_rules() -> list[Check]:
    from ganforge_ylg.rules import CHECKS

    return CHECKS
