"""The parametrisations of weights as specs name them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ganforge.plugins import Parametrization, Params
from ganforge.plugins.params import Positive
from ganforge_blocks.checks import Eps, Finite, NoParams

Factor = Annotated[Finite, Field(gt=0)]


class SpectralParams(Params):
    iterations: Positive = 1
    eps: Annotated[Eps, Field(le=1e-2)] = 1e-12  # vectors of length 1 are divided by no less


class EqualizedParams(Params):
    gain: Factor = 1.0
    lr: Factor = 1.0


WEIGHTS = (
    Parametrization("plain", "Weights are learned as they are.", NoParams),
    Parametrization(
        "spectral",
        "Weights are divided by their largest singular value (1802.05957).",
        SpectralParams,
        "ganforge_blocks.weights:spectral",
        bounds=True,
    ),
    Parametrization(
        "equalized",
        "Weights start as N(0, 1) and are scaled by their fan-in when used (1710.10196).",
        EqualizedParams,
        "ganforge_blocks.weights:equalized",
        starts=True,
    ),
)
