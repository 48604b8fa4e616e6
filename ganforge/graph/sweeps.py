"""What a grid of samples runs through: a class, attributes, a latent or one number of it, or
vectors of the data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ganforge.graph.nodes import NodeShape
from ganforge.plugins.shapes import Tensor
from ganforge.spec.fields import AttributesField, VectorField
from ganforge.spec.models import Spec, SweepTable
from ganforge.spec.priors import AnyLatent, Bernoulli, Categorical, TruncatedNormal, Uniform

MOST_CLASSES = 16
"""Classes that a sweep runs through by itself; `values` chooses others."""
MOST_SAMPLES = 1000
"""Samples of the data of which a sweep shows some."""


@dataclass(frozen=True)
class Sweep:
    """Values of a class (`index` is None), or of one number of a latent: listed, or `count` of them
    evenly from `low` to `high`. With `attributes` the numbers of those that are changed, one by
    one, with the groups in which a sample has one. With `of_data` the numbers of samples of the
    data, with all that they have. `drawn`: draws of a whole latent, each as one value.
    """

    name: str
    index: int | None
    values: tuple[float, ...] = ()
    low: float = 0.0
    high: float = 0.0
    count: int = 0
    attributes: AttributesField | None = None
    of_data: bool = False
    drawn: bool = False

    @property
    def replaces(self) -> bool:
        """Whether it gives all of what it sweeps, and not a part of it."""
        return self.index is None and self.attributes is None and not self.of_data

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


def sweep_of(spec: Spec, table: SweepTable, shape: NodeShape, count: int) -> Sweep:
    """The values of a sweep, of attributes, classes, draws or else numbers; `count` where it is
    given none.

    shape: of what is swept.
    """
    classes = shape.classes if isinstance(shape, Tensor) else None
    name, index = named(table.of)
    if sweeps_data(spec, table):
        samples = table.values or tuple(range(count))
        return Sweep(name, None, tuple(int(value) for value in samples), of_data=True)
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
    if index is None and isinstance(shape, Tensor) and shape.size > 1:
        return Sweep(name, None, count=count, drawn=True)
    low, high = _bounds(sampled_latent(spec, name))
    return Sweep(name, index or 0, (), low, high, count)


def sweeps_data(spec: Spec, table: SweepTable | None) -> bool:
    """Whether what is swept is a vector of the data: each row then shows another sample's."""
    return table is not None and vector_of(spec, named(table.of)[0]) is not None


def vector_of(spec: Spec, name: str) -> str | None:
    """The vector of the data that a field is, or a condition that is the sample's own."""
    fields, condition = spec.data.fields if spec.data else {}, spec.conditions.get(name)
    field = condition.field if condition is not None and condition.draw == "same" else name
    return field if isinstance(fields.get(field), VectorField) else None


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
