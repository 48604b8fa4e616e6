"""Declarations run: a `Call` as the object or value that the program makes of it. Needs torch."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from ganforge.plugins.calls import Call, Matrix, Ref
from ganforge.plugins.declarations import Block, input_names
from ganforge.plugins.live import Changing
from ganforge.plugins.params import Params
from ganforge.plugins.shapes import Shape, ShapeError, Tensor, TensorList

_ROOTS = {"torch": torch, "nn": nn, "F": F}
META = torch.device("meta")
SAMPLES = 60
"""A batch that groups of 2 to 6 samples divide, and that is hardly ever a number of channels."""


def execute(value: Any, refs: Mapping[str, Any] | None = None) -> Any:
    """What a call, or an argument of one, gives. refs: the tensors for its `Ref`s, and `self`."""
    if isinstance(value, Call):
        args = [execute(arg, refs) for arg in value.args]
        kwargs = {name: execute(arg, refs) for name, arg in value.kwargs.items()}
        return _target(value.target, refs or {})(*args, **kwargs)
    if isinstance(value, Ref):
        return (refs or {})[value.name]
    if isinstance(value, Changing):
        return 0.5  # its value at some moment
    if isinstance(value, Matrix):
        return torch.tensor(value.rows)
    if isinstance(value, list | tuple):
        return type(value)(execute(item, refs) for item in value)
    return value


def _target(name: str, refs: Mapping[str, Any]) -> Any:
    module, colon, attribute = name.partition(":")
    if colon:
        return getattr(import_module(module), attribute)
    root, _, attribute = name.partition(".")
    if root == "self":
        return getattr(refs["self"], attribute) if attribute else refs["self"]
    return getattr(_ROOTS[root], attribute)


def made(block: Block, params: Params, shapes: Sequence[Shape]) -> nn.Module:
    """The module of a block for inputs of these shapes, as a program makes it."""
    assert block.module is not None
    module: nn.Module = execute(block.module(params, *shapes))
    return module


def applied(block: Block, params: Params, shapes: Sequence[Shape], inputs: Sequence[Any]) -> Any:
    """The function of a block on these tensors."""
    assert block.function is not None
    refs = dict(zip(input_names(block, len(inputs)), inputs, strict=True))
    return execute(block.function(params, *shapes), refs)


def zeros(shape: Shape, count: int, device: torch.device) -> Any:
    """A batch of `count` samples of a shape; a list for a list."""
    if isinstance(shape, TensorList):
        return [zeros(item, count, device) for item in shape.items]
    assert shape is not None
    kind = torch.int64 if shape.classes is not None else torch.float32
    return torch.zeros(count, *shape.shape, dtype=kind, device=device)


def shape_of(result: Any, count: int) -> Shape:
    """The shape of a batch of `count` samples. Raises `ValueError` for what is no such batch."""
    if isinstance(result, list | tuple):
        return TensorList(tuple(shape_of(item, count) for item in result))
    if not isinstance(result, torch.Tensor):
        raise ValueError(f"it gives a {type(result).__name__}, and blocks give tensors")
    if result.dim() < 1 or result.shape[0] != count:
        raise ValueError(
            f"it makes {tuple(result.shape)} of a batch of {count}: the first axis must stay"
        )
    return Tensor(tuple(result.shape[1:]))


def measured(block: Block, params: Params, shapes: Sequence[Shape]) -> Shape:
    """The shape that a block gives where it is run on the meta device; on zeros if it asks for
    values. Raises what the block raises.
    """
    try:
        return _run(block, params, shapes, SAMPLES, META)
    except RuntimeError as error:  # NotImplementedError is one
        if not re.search(r"\bmeta\b", str(error)):
            raise
    return _run(block, params, shapes, 2, torch.device("cpu"))


def _run(
    block: Block, params: Params, shapes: Sequence[Shape], count: int, device: torch.device
) -> Shape:
    inputs = [zeros(shape, count, device) for shape in shapes]
    with device:
        if block.module is None:
            return shape_of(applied(block, params, shapes, inputs), count)
        module = made(block, params, shapes).to(device)  # what NumPy made lies elsewhere
        return shape_of(module(*inputs), count)


def inferred(block: Block, params: Params, shapes: Sequence[Shape]) -> Shape:
    """The shape that a block without `infer` gives. Raises `ShapeError` where it takes no such
    input.
    """
    try:
        return measured(block, params, shapes)
    except ShapeError:
        raise
    except ImportError as error:
        message = f"the shape of `{block.name}` is unknown: it imports `{error.name}`"
        raise ShapeError("GF312", message, f"install `{error.name}` to check this spec") from None
    except Exception as error:
        given = ", ".join(map(str, shapes))
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        message = f"`{block.name}` fails on {given}: {reason}"
        help = "give it another shape; if it should take this one, its plugin has a mistake"
        raise ShapeError("GF315", message, help) from None
