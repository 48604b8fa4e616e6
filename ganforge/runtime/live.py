"""Live numbers: formulas of the spec over the progress of training."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ganforge.runtime.errors import NonFinite


def live(formula: Callable[[Any], float]) -> Callable[[Any], float]:
    """A live number; where its formula has no value, the run ends with one sentence."""

    @functools.wraps(formula)
    def number(t: Any) -> float:
        try:
            return formula(t)
        except (ArithmeticError, ValueError) as error:
            what = f"In round {t.round} the live number `{formula.__name__}` has no value ({error})"
            raise NonFinite(f"{what}: hold its parts in range with `max` and `min`.") from None

    return number
