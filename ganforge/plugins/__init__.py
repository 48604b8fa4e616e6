"""What a plugin's author imports: the hook marker and the declarations.

The declarations are looked up at first use, since their parameter types stand on
`ganforge.formula`, which itself reads `ganforge.plugins.shapes`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from ganforge.diagnostics.diagnostic import Rule, Severity
    from ganforge.plugins.calls import Call, Matrix, Ref, call
    from ganforge.plugins.checks import features, image, numbers, tensor
    from ganforge.plugins.declarations import (
        Block,
        Check,
        Command,
        DataSource,
        Entry,
        Init,
        Loss,
        Metric,
        Parametrization,
        SpecFile,
        Term,
    )
    from ganforge.plugins.params import Params
    from ganforge.plugins.shapes import LabelNoise, Shape, ShapeError, Tensor, TensorList
    from ganforge.plugins.view import Finding, GraphView

__all__ = [
    "Block",
    "Call",
    "Check",
    "Command",
    "DataSource",
    "Entry",
    "Finding",
    "GraphView",
    "Init",
    "LabelNoise",
    "Loss",
    "Matrix",
    "Metric",
    "Parametrization",
    "Params",
    "Ref",
    "Rule",
    "Severity",
    "Shape",
    "ShapeError",
    "SpecFile",
    "Tensor",
    "TensorList",
    "Term",
    "call",
    "features",
    "hookimpl",
    "image",
    "numbers",
    "tensor",
]

hookimpl = pluggy.HookimplMarker("ganforge")

_ELSEWHERE = {
    **dict.fromkeys(
        ("LabelNoise", "Shape", "ShapeError", "Tensor", "TensorList"), "ganforge.plugins.shapes"
    ),
    **dict.fromkeys(("Call", "Matrix", "Ref", "call"), "ganforge.plugins.calls"),
    **dict.fromkeys(("features", "image", "numbers", "tensor"), "ganforge.plugins.checks"),
    **dict.fromkeys(("Finding", "GraphView"), "ganforge.plugins.view"),
    **dict.fromkeys(("Rule", "Severity"), "ganforge.diagnostics.diagnostic"),
    "Params": "ganforge.plugins.params",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _ELSEWHERE.get(name, "ganforge.plugins.declarations")
    return getattr(import_module(home), name)
