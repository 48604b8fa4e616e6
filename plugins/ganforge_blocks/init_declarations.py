"""The inits as specs name them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ganforge.plugins import Init, Params
from ganforge_blocks.checks import Finite, NoParams

Width = Annotated[Finite, Field(ge=0)]
"""A deviation or a bound."""


class NormalParams(Params):
    std: Width
    norm_std: Width | None = None


class TruncatedNormalParams(Params):
    std: Annotated[Width, Field(gt=0)]


class UniformParams(Params):
    bound: Width


class GainParams(Params):
    gain: Width = 1.0


class HeNormalParams(Params):
    gain: Width = 2**0.5


def _init(name: str, summary: str, params: type[Params] = NoParams) -> Init:
    return Init(name, summary, params, f"ganforge_blocks.inits:init_{name.replace('-', '_')}")


INITS = (
    Init(
        "normal",
        "Normal; `norm_std` lets scales of norms start around 1.",
        NormalParams,
        "ganforge_blocks.inits:init_normal",
        norms=lambda p: p.norm_std is not None,
    ),
    _init("truncated-normal", "Normal, within two deviations.", TruncatedNormalParams),
    _init("uniform", "Uniform in [-bound, bound].", UniformParams),
    _init("xavier-uniform", "Uniform, by the mean of inputs and outputs.", GainParams),
    _init("he-normal", "Normal with deviation gain / sqrt(inputs).", HeNormalParams),
    _init("orthogonal", "Orthogonal matrices.", GainParams),
    _init("zeros", "All 0."),
    _init("ones", "All 1."),
)
