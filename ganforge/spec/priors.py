"""What latents are drawn from: one pydantic model per distribution of `[latents]`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ganforge.plugins.params import Float, Ints, Params, Positive


class Latent(Params):
    """What every prior has: a size, or a shape."""

    size: Positive | None = None
    shape: Ints | None = None


class Normal(Latent):
    """N(0, 1)."""

    distribution: Literal["normal"]


class Uniform(Latent):
    """U(low, high)."""

    distribution: Literal["uniform"]
    low: Float = -1.0
    high: Float = 1.0


class TruncatedNormal(Latent):
    """N(0, 1) between -threshold and threshold."""

    distribution: Literal["truncated-normal"]
    threshold: Float = Field(default=2.0, gt=0)


class Bernoulli(Latent):
    """0 or 1 with equal probability."""

    distribution: Literal["bernoulli"]


class Categorical(Params):
    """A class index: int64, uniform over `classes`."""

    distribution: Literal["categorical"]
    classes: Positive


AnyLatent = Normal | Uniform | TruncatedNormal | Bernoulli | Categorical
