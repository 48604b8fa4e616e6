"""The shapes of what a program is given: fields of the data, and latents."""

from __future__ import annotations

from ganforge.plugins.shapes import LabelNoise, Tensor
from ganforge.spec.fields import AttributesField, VectorField
from ganforge.spec.models import AnyField, ClassField
from ganforge.spec.priors import AnyLatent, Categorical


def field_shape(value: AnyField, noise: LabelNoise | None = None) -> Tensor:
    """The shape of a data field."""
    if isinstance(value, ClassField):
        return Tensor((), classes=value.classes, noise=noise)
    if isinstance(value, AttributesField):
        return Tensor((value.size,), range=(0.0, 1.0), attributes=True)
    if isinstance(value, VectorField):
        return Tensor((value.size,))
    return Tensor((value.channels, *value.size), range=value.range)


def latent_shape(value: AnyLatent) -> Tensor:
    """The shape of a latent."""
    if isinstance(value, Categorical):
        return Tensor((), classes=value.classes)
    return Tensor((value.size or 1,) if value.shape is None else value.shape)
