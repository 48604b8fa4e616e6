"""What blocks ask of the shapes they are given, parameter types they share, and small helpers."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import Field

from ganforge.plugins import Params, features, image, numbers, tensor
from ganforge.plugins.params import Float, Int

__all__ = ["features", "image", "numbers", "tensor"]

Natural = Annotated[Int, Field(ge=0)]
"""A whole number of at least 0."""
Finite = Annotated[Float, Field(allow_inf_nan=False)]
"""A number that is neither infinite nor NaN."""
Eps = Annotated[Finite, Field(gt=0)]
"""A small number that keeps a division away from zero."""
Share = Annotated[Finite, Field(ge=0, le=1)]
"""A number between 0 and 1."""


class NoParams(Params):
    """No parameters."""


def sized(height: int, width: int) -> str:
    """A size as it is written in messages."""
    return f"{height} x {width}"


def changed(values: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    """Keyword arguments without those that equal PyTorch's defaults."""
    return {name: value for name, value in values.items() if defaults.get(name, ...) != value}


def plain(value: float) -> float:
    """A whole number without its point, as a person writes it."""
    return int(value) if math.isfinite(value) and value == int(value) else value
