"""What a grid of samples runs through: a class, attributes, or one number of a latent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ganforge.spec.fields import AttributesField
from ganforge.spec.models import Spec, SweepTable
from ganforge.spec.priors import AnyLatent, Bernoulli, Categorical, TruncatedNormal, Uniform

MOST_CLASSES = 16
"""Classes that a sweep runs through by itself; `values` chooses others."""


@dataclass(frozen=True)
class Sweep:
    """Values of a class (`index` is None), or of one number of a latent: listed, or `count` of them
    evenly from `low` to `high`. With `attributes` the numbers of those that are changed, one by
    one, with the groups in which a sample has one.
    """

    name: str
    index: int | None
    values: tuple[float, ...] = ()
    low: float = 0.0
    high: float = 0.0
    count: int = 0
    attributes: AttributesField | None = None

    @property
    def replaces(self) -> bool:
        """Whether it gives all of what it sweeps, and not a part of it."""
        return self.index is None and self.attributes is None

    @property
    def length(self) -> int:
        """How many values there are."""
        return len(self.values) or self.count


def named(of: str) -> tuple[str, int | None]:
    """The latent or condition, and the index, of `c` and `u[0]`; the whole text where it is
    neither.
    """
    found = re.fullmatch(r"(\w+)\[(\d{1,9})\]", of)
    return (found[1], int(found[2])) if found else (of, None)


def sampled_latent(spec: Spec, name: str) -> AnyLatent | None:
    """How a latent is drawn for samples."""
    return spec.sampled_latents.get(name) or spec.latents.get(name)


def sweep_of(spec: Spec, table: SweepTable, classes: int | None, count: int) -> Sweep:
    """The values of a sweep, of attributes, classes or else numbers; `count` where it is given
    none.
    """
    name, index = named(table.of)
    condition = spec.conditions.get(name)
    field = spec.data.fields.get(condition.field) if spec.data and condition else None
    if isinstance(field, AttributesField):
        values = table.values or tuple(range(min(field.size, MOST_CLASSES)))
        return Sweep(name, None, tuple(int(value) for value in values), attributes=field)
    if classes is not None:
        values = table.values or tuple(range(min(classes, MOST_CLASSES)))
        return Sweep(name, None, tuple(int(value) for value in values))
    if table.values:
        return Sweep(name, index or 0, tuple(table.values))
    low, high = _bounds(sampled_latent(spec, name))
    return Sweep(name, index or 0, (), low, high, count)


def _bounds(latent: AnyLatent | None) -> tuple[float, float]:
    """The range of a uniform latent; two deviations of a normal one."""
    match latent:
        case Uniform():
            return latent.low, latent.high
        case TruncatedNormal():
            return -min(2.0, latent.threshold), min(2.0, latent.threshold)
        case Bernoulli() | Categorical():
            return 0.0, 1.0
    return -2.0, 2.0
