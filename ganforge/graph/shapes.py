"""The shapes of what a program is given: fields of the data, and latents."""

from __future__ import annotations

from ganforge.plugins.shapes import LabelNoise, Tensor
from ganforge.spec.models import AnyLatent, Categorical, ClassField, ImageField


def field_shape(value: ImageField | ClassField, noise: LabelNoise | None = None) -> Tensor:
    """The shape of a data field."""
    if isinstance(value, ClassField):
        return Tensor((), classes=value.classes, noise=noise)
    return Tensor((value.channels, *value.size), range=value.range)


def latent_shape(value: AnyLatent) -> Tensor:
    """The shape of a latent."""
    if isinstance(value, Categorical):
        return Tensor((), classes=value.classes)
    return Tensor((value.size or 1,) if value.shape is None else value.shape)
