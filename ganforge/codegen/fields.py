"""Fields of a batch of data as tensors that networks take."""

from __future__ import annotations

from ganforge.codegen.expressions import literal
from ganforge.plan.plan import Plan
from ganforge.spec.models import ImageField


def field_value(plan: Plan, name: str, real: str) -> str:
    """A field of the batch `real`; images as numbers in their range."""
    assert plan.graph.spec.data is not None
    field = plan.graph.spec.data.fields[name]
    if not isinstance(field, ImageField):
        return f'{real}["{name}"]'
    return f'{real}["{name}"].to(memory_format=MEMORY_FORMAT){scaling(*field.range)}'


def scaling(low: float, high: float) -> str:
    """What turns bytes into numbers of a range: ` / 127.5 - 1.0` for -1..1."""
    offset = f" - {literal(-low)}" if low < 0 else f" + {literal(low)}" if low else ""
    return f" / {literal(255 / (high - low))}{offset}"
