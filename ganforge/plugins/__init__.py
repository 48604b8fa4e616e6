"""What a plugin's author imports: the hook marker and the declarations.

The declarations are looked up at first use, since their parameter types stand on
`ganforge.formula`, which itself reads `ganforge.plugins.shapes`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from ganforge.plugins.declarations import (
        Block,
        Call,
        DataSource,
        Entry,
        Init,
        Loss,
        Matrix,
        Parametrization,
        Ref,
        Term,
        call,
    )
    from ganforge.plugins.params import Params
    from ganforge.plugins.shapes import LabelNoise, Shape, ShapeError, Tensor, TensorList

__all__ = [
    "Block",
    "Call",
    "DataSource",
    "Entry",
    "Init",
    "LabelNoise",
    "Loss",
    "Matrix",
    "Parametrization",
    "Params",
    "Ref",
    "Shape",
    "ShapeError",
    "Tensor",
    "TensorList",
    "Term",
    "call",
    "hookimpl",
]

hookimpl = pluggy.HookimplMarker("ganforge")

_SHAPES = ("LabelNoise", "Shape", "ShapeError", "Tensor", "TensorList")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "shapes" if name in _SHAPES else "params" if name == "Params" else "declarations"
    return getattr(import_module(f"{__name__}.{home}"), name)
