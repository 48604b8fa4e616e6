"""Cases of a block: parameters and shapes that it takes, given or drawn, and tensors for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from torch import nn

from ganforge.plugins.declarations import Block
from ganforge.plugins.params import Params
from ganforge.plugins.running import applied, made, measured
from ganforge.plugins.shapes import Shape, ShapeError, Tensor, TensorList
from ganforge.testing.drawing import (
    FEW,
    KEPT,
    QUIET,
    Values,
    fits,
    inputs,
    parameters,
    plain_inputs,
    read,
    with_values,
)
from ganforge.testing.unmet import Unmet

Sample = tuple[Values, Sequence[Tensor | TensorList]]
"""Parameters and the shapes of the inputs, as an author gives them."""

BATCH = 4


@dataclass(frozen=True)
class Case:
    """A block with parameters and shapes that it takes."""

    block: Block
    values: Values
    shapes: tuple[Tensor | TensorList, ...]

    def __str__(self) -> str:
        shapes = ", ".join(map(str, self.shapes))
        return f"{with_values(self.block.name, self.values)} on {shapes}"

    @cached_property
    def params(self) -> Params:
        return read(self.block.params, self.values)

    def module(self, seed: int = 0) -> nn.Module:
        """Its module, as it is made under a seed."""
        torch.manual_seed(seed)
        return made(self.block, self.params, self.shapes)

    def callable(self, seed: int = 0) -> Callable[..., Any]:
        """Its module, or else its function, on tensors."""
        if self.block.module is not None:
            return self.module(seed)
        return lambda *tensors: applied(self.block, self.params, self.shapes, tensors)

    def tensors(self, seed: int = 1, **kind: Any) -> list[Any]:
        """A batch for each input: normal numbers, or classes; for a list a list of them."""
        stream = torch.Generator().manual_seed(seed)
        return [batch(shape, stream, **kind) for shape in self.shapes]


def batch(shape: Shape, stream: torch.Generator, **kind: Any) -> Any:
    """A batch of normal numbers, or of classes; of a list a list."""
    if isinstance(shape, TensorList):
        return [batch(item, stream, **kind) for item in shape.items]
    assert shape is not None
    size = (BATCH, *shape.shape)
    if shape.classes is not None:
        return torch.randint(shape.classes, size, generator=stream)
    if shape.attributes:
        return torch.randint(2, size, generator=stream).to(kind.get("dtype", torch.float32))
    return torch.randn(size, generator=stream).to(**kind)


def floats(result: Any) -> list[torch.Tensor]:
    """The tensors of numbers in what a block gives."""
    if isinstance(result, list | tuple):
        return [tensor for item in result for tensor in floats(item)]
    return [result] if result.is_floating_point() else []


def mapped(function: Callable[..., torch.Tensor], *values: Any) -> Any:
    """What a function makes of tensors, or of those in lists that are alike."""
    if isinstance(values[0], list | tuple):
        return [mapped(function, *items) for items in zip(*values, strict=True)]
    return function(*values)


def declared(case: Case) -> Shape:
    """The shape that a case is said to have. Raises `ShapeError` where it is refused."""
    if case.block.infer is not None:
        return case.block.infer(case.params, *case.shapes)
    try:
        return measured(case.block, case.params, case.shapes)
    except Exception as error:
        raise ShapeError("GF315", str(error)) from error


def accepts(case: Case) -> bool:
    """Whether a case can be: its parameters are sound, and it takes these shapes."""
    if not fits(case.block.params, case.values):
        return False
    try:
        declared(case)
    except Exception:  # what is no `ShapeError` is told by `refuses_with_a_known_rule`
        return False
    return True


@dataclass
class Cases:
    """The cases of one block, found when they are first asked for."""

    block: Block
    samples: Sequence[Sample] = ()
    _found: list[Case] = field(default_factory=list)

    def fixed(self) -> list[Case]:
        """The author's samples, or else plain cases. Raises `Unmet` where there is none."""
        if not (self.block.module or self.block.function):
            raise Unmet("it has neither `module` nor `function`", self.block.name, "give one")
        if not self._found:
            self._found = [Case(self.block, v, tuple(s)) for v, s in self.samples]
            self._found += self._plain()
            if not self._found:
                remedy = f"give one: conformance(..., samples={{{self.block.name!r}: [(dict(...), "
                remedy += "[Tensor((3, 8, 8))])]})"
                raise Unmet(
                    "no parameters and inputs that it takes were found", self.block.name, remedy
                )
        return self._found

    def _plain(self) -> list[Case]:
        found: list[Case] = []

        @FEW
        @given(parameters(self.block.params))
        def look(values: Values) -> None:
            if len(found) < KEPT:
                found.extend(self._taken(values))

        if not self.samples:
            with suppress(Unsatisfiable):
                look()
        return found[:KEPT]

    def _taken(self, values: Values) -> Iterator[Case]:
        """The first shapes of each rank that these parameters take."""
        ranks = set()
        for shapes in plain_inputs(self.block):
            case = Case(self.block, values, shapes)
            rank = (len(shapes[0].shape), shapes[0].classes)
            if rank not in ranks and accepts(case):
                ranks.add(rank)
                yield case

    def each(self, check: Callable[[Case], None]) -> None:
        """Checks the fixed cases, and then drawn ones."""
        for case in self.fixed():
            check(case)

        @QUIET
        @given(self._drawn())
        def drawn(case: Case) -> None:
            if accepts(case):
                check(case)

        with suppress(Unsatisfiable):
            drawn()

    def _drawn(self) -> st.SearchStrategy[Case]:
        """Drawn parameters with drawn shapes; or with the shapes of a sample, or the reverse."""
        values, shapes = parameters(self.block.params), inputs(self.block)
        if self.samples:
            values = values | st.sampled_from([values for values, _ in self.samples])
            shapes = shapes | st.sampled_from([tuple(shapes) for _, shapes in self.samples])
        return st.builds(lambda v, s: Case(self.block, v, s), values, shapes)


def bounded(case: Case, low: float, high: float) -> Case:
    """The case with inputs that are known to lie between two numbers."""
    return replace(case, shapes=tuple(_bounded(shape, low, high) for shape in case.shapes))


def _bounded(shape: Any, low: float, high: float) -> Any:
    if isinstance(shape, TensorList):
        return TensorList(tuple(_bounded(item, low, high) for item in shape.items))
    return shape if shape.classes is not None else replace(shape, range=(low, high))


def stirred(module: nn.Module, seed: int = 2) -> nn.Module:
    """The module with its parameters moved: some start at 0, and hide what stands behind them."""
    stream = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(0.3 * torch.randn(weight.shape, generator=stream))
    return module


def close(one: Any, other: Any, tolerance: float = 1e-5) -> bool:
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(
            close(a, b, tolerance) for a, b in zip(one, other, strict=True)
        )
    if one.shape != other.shape:
        return False
    one, other = one.detach().double(), other.detach().double()
    return torch.allclose(one, other, tolerance, tolerance, equal_nan=True)
