"""First and second gradients of a block."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from ganforge.testing.cases import Case, Cases, floats, stirred
from ganforge.testing.unmet import Unmet, reason
from ganforge.testing.values import MOVING


def passes_gradients(cases: Cases) -> None:
    """Gradients reach every parameter in some case, and the inputs unless it cuts them."""
    lost: dict[str, Case] = {}
    reached: set[str] = set()
    for case in cases.fixed():
        call = case.callable()
        weights = dict(stirred(call).named_parameters()) if isinstance(call, nn.Module) else {}
        inputs = case.tensors()
        for tensor in floats(inputs):
            tensor.requires_grad_()
        made = floats(call(*inputs))
        results = [part for part in made if part.requires_grad]
        if made:
            _check_cut(case, inputs, results, bool(weights))
        if results:
            torch.autograd.backward(_weighed(results))
        for name, weight in weights.items():
            if weight.grad is not None and bool(weight.grad.any()):
                reached.add(name)
            else:
                lost.setdefault(name, case)
    for name, case in lost.items():
        if name not in reached:
            remedy = "use it in `forward`, make it a buffer, or give a sample in which it is used"
            raise Unmet(f"no gradient reaches its parameter `{name}`", case, remedy)


def _check_cut(case: Case, inputs: list[Any], results: list[torch.Tensor], weights: bool) -> None:
    given = bool(floats(inputs))
    if case.block.cuts_gradient and results and not weights:
        raise Unmet("gradients flow through it", case, "declare it without `cuts_gradient`")
    if given and not results and not case.block.cuts_gradient:
        remedy = "compute with tensors alone (no `.item()`, `.data`, `.detach()`, NumPy), or "
        raise Unmet("no gradient flows through it", case, remedy + "declare `cuts_gradient=True`")


def can_be_differentiated_twice(cases: Cases) -> None:
    """A gradient through it has the gradient that differences of it show; penalties need that."""
    if not cases.block.twice_differentiable or cases.block.cuts_gradient:
        return
    for case in cases.fixed():
        call = case.callable()
        if isinstance(call, nn.Module):
            call = stirred(call.double())
        compare_second_gradients(case, call)


def compare_second_gradients(case: Case, call: Callable[..., Any]) -> None:
    """Raises `Unmet` where a second gradient, in float64, is not that which differences show."""
    inputs = case.tensors(dtype=torch.float64)
    moved = floats(inputs)
    if not moved:
        return
    weights = list(call.parameters()) if isinstance(call, nn.Module) else []
    leaves = [*moved, *weights]
    stream = torch.Generator().manual_seed(5)
    ways = [torch.randn(t.shape, generator=stream, dtype=torch.float64) for t in leaves]
    step = 1e-5
    try:
        call(*inputs)
    except RuntimeError as error:
        raise Unmet(f"it fails in float64: {reason(error)}", case, MOVING) from error
    try:
        value = _steepness(call, inputs, moved)
        if value is None:
            return
        found = torch.autograd.grad(value, leaves, allow_unused=True) if value.requires_grad else ()
        slope = sum(
            float((g * way).sum()) for g, way in zip(found, ways, strict=False) if g is not None
        )
        around = []
        for side in (step, -step):
            with torch.no_grad():
                for leaf, way in zip(leaves, ways, strict=True):
                    leaf += side * way
            value = _steepness(call, inputs, moved)
            around.append(0.0 if value is None else value.item())
            with torch.no_grad():
                for leaf, way in zip(leaves, ways, strict=True):
                    leaf -= side * way
    except RuntimeError as error:
        remedy = "declare `twice_differentiable=False`, or give it a backward that can be derived"
        raise Unmet(f"it has no second gradient: {reason(error)}", case, remedy) from error
    difference = (around[0] - around[1]) / (2 * step)
    if not math.isclose(slope, difference, rel_tol=1e-3, abs_tol=1e-4):
        raise Unmet(
            f"its second gradient is {slope:g}, and differences of the first give {difference:g}",
            case,
            "declare `twice_differentiable=False`, or repair the backward of its own function",
        )


def _steepness(
    call: Callable[..., Any], inputs: list[Any], moved: list[torch.Tensor]
) -> torch.Tensor | None:
    """A number made of the gradient by the inputs, that can be derived once more."""
    for tensor in moved:
        tensor.requires_grad_()
    torch.manual_seed(7)
    parts = [part for part in floats(call(*inputs)) if part.requires_grad]
    if not parts:
        return None
    gradients = torch.autograd.grad(_weighed(parts), moved, create_graph=True, allow_unused=True)
    squares = [(g**2).sum() for g in gradients if g is not None]
    return torch.stack(squares).sum() if squares else None


def _weighed(parts: list[torch.Tensor]) -> torch.Tensor:
    """One number: the values, each with a random weight."""
    stream = torch.Generator().manual_seed(6)
    weights = [torch.randn(part.shape, generator=stream).to(part) for part in parts]
    sums = [(part * weight).sum() for part, weight in zip(parts, weights, strict=True)]
    return torch.stack(sums).sum()
