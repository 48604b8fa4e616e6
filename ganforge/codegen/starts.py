"""How weights start and are parametrised: said once for a network, or where each layer is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from ganforge.codegen.expressions import write_call
from ganforge.codegen.names import Imports
from ganforge.graph.nodes import Body, Initializer, Layer, Parametrizer
from ganforge.plugins.calls import Call
from ganforge.plugins.params import Params

T = TypeVar("T")


@dataclass(frozen=True)
class Common:
    """What all weights of a network share, which the end of its `__init__` says once."""

    initializer: Initializer | None
    parametrizer: Parametrizer | None

    def statements(self, imports: Imports) -> Iterator[str]:
        """Init first: a parametrisation takes the weights as they have started."""
        if self.initializer is not None:
            yield initialized("self", self.initializer, imports)
        if self.parametrizer is not None:
            yield parametrized("self", self.parametrizer, imports)

    def wrapped(self, made: str, layer: Layer, imports: Imports) -> str:
        """The call that makes a layer's module, with what only holds for this layer around it."""
        if self.initializer is None and layer.initializer is not None and _has_start(layer):
            made = initialized(made, layer.initializer, imports)
        if self.parametrizer is None and layer.parametrizer is not None:
            made = parametrized(made, layer.parametrizer, imports)
        return made


def common(body: Body) -> Common:
    """What the weights of a network share, those of composite blocks in it included."""
    layers = [layer for layer in body.layers() if layer.owns_weights]
    parametrizer = _shared([layer.parametrizer for layer in layers], _same_weights)
    if parametrizer is None and any(layer.parametrizer for layer in layers):
        # Parametrised weights no longer take an init, so each starts where it is made.
        return Common(None, None)
    return Common(_shared([layer.initializer for layer in layers], _same_init), parametrizer)


def _shared(found: list[T | None], same: Callable[[T, T], bool]) -> T | None:
    """The one of all, None where they differ or some have none."""
    first = found[0] if found else None
    if first is None:
        return None
    return first if all(other is not None and same(first, other) for other in found) else None


def _same_init(a: Initializer, b: Initializer) -> bool:
    return a is b or (a.init.name == b.init.name and a.params == b.params)


def _same_weights(a: Parametrizer, b: Parametrizer) -> bool:
    return a is b or (a.parametrization.name == b.parametrization.name and a.params == b.params)


def _has_start(layer: Layer) -> bool:
    assert layer.initializer is not None
    norms = layer.initializer.init.norms(layer.initializer.params)
    return layer.owns_weights or (norms and layer.block.stateful)


def initialized(module: str, initializer: Initializer, imports: Imports) -> str:
    """`init_normal(module, std=0.02)`."""
    return _applied(module, initializer.init.function, initializer.params, imports)


def parametrized(module: str, parametrizer: Parametrizer, imports: Imports) -> str:
    """`spectral(module)`."""
    function = parametrizer.parametrization.function
    return _applied(module, function, parametrizer.params, imports)


def _applied(module: str, target: str, params: Params, imports: Imports) -> str:
    function = imports.use(target)
    fields = type(params).model_fields
    given = {
        name: getattr(params, name)
        for name in fields
        if getattr(params, name) != fields[name].default
    }
    call = write_call(Call("torch", (), given), imports).removeprefix("torch")
    return f"{function}({module}{', ' if given else ''}{call[1:]}"
