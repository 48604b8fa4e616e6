"""Running declarations: a `Call` as the object or value that the program would make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from ganforge.plugins import Block, Call, Params, Ref, Tensor
from ganforge_blocks.plugin import ganforge_register_blocks


def _target(name: str) -> Any:
    module, colon, attribute = name.partition(":")
    if colon:
        return getattr(import_module(module), attribute)
    root, _, attribute = name.partition(".")
    return getattr({"torch": torch, "nn": nn, "F": F}[root], attribute)


def _execute(value: Any, refs: Mapping[str, Any]) -> Any:
    if isinstance(value, Call):
        args = [_execute(arg, refs) for arg in value.args]
        kwargs = {name: _execute(arg, refs) for name, arg in value.kwargs.items()}
        return _target(value.target)(*args, **kwargs)
    if isinstance(value, Ref):
        return refs[value.name]
    return [_execute(item, refs) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="session")
def execute() -> Callable[..., Any]:
    """`execute(call, real=...)`: what the call gives, with these tensors for its `Ref`s."""
    return lambda call, **refs: _execute(call, refs)


@pytest.fixture(scope="session")
def blocks() -> dict[str, Block]:
    return {block.name: block for block in ganforge_register_blocks()}


@pytest.fixture(scope="session")
def read() -> Callable[..., Params]:
    """`read(block, out=3)`: its parameters as the compiler hands them over, `bias` resolved."""

    def read(block: Block, **values: Any) -> Params:
        params = block.params.model_validate(values)
        if getattr(params, "bias", ...) is None:
            params = params.model_copy(update={"bias": True})
        return params

    return read


@pytest.fixture(scope="session")
def apply(blocks: dict[str, Block]) -> Callable[..., Any]:
    """`apply(block, params, inputs, shapes)`: the function of a block on real tensors."""

    def apply(block: Block, params: Params, inputs: list[Any], shapes: list[Tensor]) -> Any:
        assert block.function is not None
        names = block.inputs
        if names[0].startswith("*"):
            names = tuple(f"{names[0][1:]}{k}" for k in range(len(inputs)))
        return _execute(block.function(params, *shapes), dict(zip(names, inputs, strict=True)))

    return apply
