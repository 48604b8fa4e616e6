"""Code as plugins declare it: what to call, with which arguments. Text from a spec reaches the
generated program through `repr` of these alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """A tensor of the spec as an argument of a `Call`: an input of the block, or a tensor of the
    loss.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Numbers that stand as a tensor at the top of the program, under `name`, as an argument of a
    `Call`: too many to be read where they are used.
    """

    name: str
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """`target(*args, **kwargs)` in the program.

    `target` is `nn.Conv2d`, `F.interpolate`, `torch.cat` for what PyTorch has, or
    `package.module:Name` for a class or function whose source is inlined when a script is emitted.
    Arguments are numbers, strings, booleans, None, tuples and lists of these, `Ref`, `Matrix`, or a
    `Call`. Keyword arguments of a loss may be live numbers.
    """

    target: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


def call(target: str, /, *args: Any, **kwargs: Any) -> Call:
    """A `Call` as it is written: `call("nn.Linear", 3, 4, bias=False)`."""
    return Call(target, args, kwargs)
