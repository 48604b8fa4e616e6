"""The meta device, where tensors have shapes and no values: what programs make and read there."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from ganforge.plugins.running import META, zeros
from ganforge.plugins.shapes import Shape
from ganforge.runtime.data import Data
from ganforge.spec.models import AnyField, ClassField, ImageField
from ganforge.spec.models import Data as DataSpec

NUMBERS: Mapping[Any, float] = {Tensor.item: 1.0, Tensor.__float__: 1.0, Tensor.__int__: 1}
"""What makes a number of a tensor, and the number that it gives there."""


class OnMeta(TorchFunctionMode):
    """Whatever asks for a device gets the meta device, and random numbers come from nowhere."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func in NUMBERS and args[0].is_meta:
            return NUMBERS[func]
        given = dict(kwargs or {})
        given.pop("generator", None)
        if isinstance(given.get("device"), torch.device):  # a word is what an optimiser insists on
            given["device"] = META
        args = tuple(META if isinstance(value, torch.device) else value for value in args)
        return func(*args, **given)


class MetaData(Data):
    """Samples without values, as a program reads them from any source: bytes and classes.

    What training reads is larger where it cuts a part out at random. On another device than the
    meta device all values are 0.
    """

    def __init__(self, data: DataSpec, device: torch.device = META) -> None:
        super().__init__(max(1, data.table.count), self.of_size)
        load = data.table.load_size if data.table.crop == "random" else None
        self.fields, self.load, self.device = data.fields, load, device
        self.small: int | None = None

    def of_size(self, index: list[int]) -> dict[str, Tensor]:
        """Samples as networks see them."""
        return self._batch(len(index), None)

    def visit(self, start: int, count: int, seed: int, domain: int = 0) -> dict[str, Tensor]:
        """`count` samples as training reads them."""
        return self._batch(count, self.load)

    def at(self, size: int) -> MetaData:
        """The same with images averaged to another size, as programs read them for a stage."""
        found = copy.copy(self)
        found.read, found.small = found.of_size, size
        return found

    def _batch(self, count: int, load: tuple[int, ...] | None) -> dict[str, Tensor]:
        of = {name: _form(field, load, self.small) for name, field in self.fields.items()}
        return {
            name: torch.zeros(count, *shape, dtype=kind, device=self.device)
            for name, (shape, kind) in of.items()
        }


def _form(
    field: AnyField, load: tuple[int, ...] | None, small: int | None
) -> tuple[tuple[int, ...], torch.dtype]:
    """The shape of one value, and its type."""
    if isinstance(field, ClassField):
        return (), torch.int64
    if not isinstance(field, ImageField):
        return (field.size,), torch.float32
    if small not in (None, field.size[0]):
        return (field.channels, small, small), torch.float32
    return (field.channels, *(load or field.size)), torch.uint8


def tensors(shape: Shape, count: int) -> Any:
    """A batch of `count` samples of a shape; a list of tensors for a list."""
    return zeros(shape, count, META)
