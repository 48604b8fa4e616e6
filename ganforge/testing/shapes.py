"""Shapes and ranges: what `infer` says of a block."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from ganforge.diagnostics.rules import ALL
from ganforge.plugins.declarations import Block
from ganforge.plugins.running import measured
from ganforge.plugins.shapes import Shape, ShapeError, Tensor, TensorList, sizes_of
from ganforge.testing.cases import Case, Cases, bounded, declared, floats, mapped, stirred
from ganforge.testing.drawing import QUIET, any_shape, counts, read
from ganforge.testing.unmet import Unmet, reason


def gives_the_declared_shape(cases: Cases) -> None:
    """`infer` says what the module and the function give, on the meta device."""
    cases.each(_shape_is_declared)


def _shape_is_declared(case: Case) -> None:
    said = declared(case)
    if case.block.infer is None:
        return
    if any(type(size) is not int for size in sizes_of(said)):
        remedy = "give whole numbers: divide by `//`, and round with `int`"
        raise Unmet(f"`infer` says {said}", case, remedy)
    for part in ("module", "function"):
        if getattr(case.block, part) is None:
            continue
        try:
            real = measured(_with_only(case.block, part), case.params, case.shapes)
        except Exception as error:
            raise Unmet(
                f"`infer` accepts what its {part} fails on: {reason(error)}",
                case,
                "let `infer` raise `ShapeError(code, message, help)` here, or repair the code",
            ) from error
        if _sizes(said) != _sizes(real):
            raise Unmet(
                f"`infer` says {said}, and its {part} gives {real}",
                case,
                "repair `infer`, or leave it out: then the block is run to find its shape",
            )


def _with_only(block: Block, part: str) -> Block:
    """The block with its module or its function alone."""
    return replace(block, module=None) if part == "function" else replace(block, function=None)


def _sizes(shape: Shape) -> Any:
    return (
        [_sizes(s) for s in shape.items] if isinstance(shape, TensorList) else shape and shape.shape
    )


def refuses_with_a_known_rule(cases: Cases) -> None:
    """Any input gives a shape, or a `ShapeError` with the code of a rule and a message."""
    block = cases.block
    if block.infer is None:
        return
    infer = block.infer
    settled = [case.values for case in cases.fixed()]

    @QUIET
    @given(st.data())
    def check(data: st.DataObject) -> None:
        values = data.draw(st.sampled_from(settled))
        shapes = [data.draw(any_shape) for _ in range(data.draw(st.sampled_from(counts(block))))]
        given_ = ", ".join(map(str, shapes))
        where = f"`{block.name}` with {values} on {given_}"
        try:
            shape = infer(read(block.params, values), *shapes)
        except ShapeError as error:
            if error.code not in ALL or not error.message:
                remedy = "take the code of a rule: `ganforge rules`; and say what is wrong"
                raise Unmet(f"it raises ShapeError({error.code!r})", where, remedy) from None
        except Exception as error:
            remedy = "start with `x = image(x, NAME)` of `ganforge.plugins`, or raise `ShapeError`"
            raise Unmet(f"`infer` raises {reason(error)}", where, remedy) from error
        else:
            if not isinstance(shape, Tensor | TensorList):
                raise Unmet(f"`infer` returns {shape!r}", where, "return a `Tensor`")

    check()


def keeps_its_range(cases: Cases) -> None:
    """Values stay within the range that `infer` gives."""
    for plain in cases.fixed():
        case = bounded(plain, 0.5, 2.0)
        shape = declared(case)
        bounds = shape.range if isinstance(shape, Tensor) else None
        if bounds is None:
            continue
        inputs = [mapped(_within, given) for given in case.tensors()]
        call = case.callable()
        if isinstance(call, nn.Module):
            stirred(call)
        for part in floats(call(*inputs)):
            low, high = part.min().item(), part.max().item()
            if low < bounds[0] - 1e-6 or high > bounds[1] + 1e-6:
                raise Unmet(
                    f"`infer` says values lie in {bounds}, and there are {low:g} and {high:g}",
                    case,
                    "give `Tensor(shape)` without `range`, or the true one",
                )


def _within(values: torch.Tensor) -> torch.Tensor:
    """Numbers as some between 0.5 and 2; classes as they are."""
    return 0.5 + 1.5 * values.sigmoid() if values.is_floating_point() else values
