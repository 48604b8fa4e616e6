"""Live numbers: formulas of the spec over the progress of training."""

from __future__ import annotations

import functools
from collections.abc import Callable

from ganforge.runtime.errors import NonFinite
from ganforge.runtime.state import Progress


def live(formula: Callable[[Progress], float]) -> Callable[[Progress], float]:
    """A live number; where its formula has no value, the run ends with one sentence."""

    @functools.wraps(formula)
    def number(t: Progress) -> float:
        try:
            return formula(t)
        except (ArithmeticError, ValueError) as error:
            what = f"In round {t.round} the live number `{formula.__name__}` has no value ({error})"
            raise NonFinite(f"{what}: hold its parts in range with `max` and `min`.") from None

    return number
