"""What an expansion carries: budgets, scopes, and the tensors in sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import Scope, Value, evaluate
from ganforge.formula.parse import parse_formula
from ganforge.graph.nodes import Body, Bundle, Initializer, Nodes, Parametrizer, Turn
from ganforge.graph.sharing import Shared
from ganforge.graph.wiring import Keyed, Named, Wiring
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Shape
from ganforge.spec.findings import Findings
from ganforge.spec.models import BlockTable, NetworkTable, Spec

MAX_LAYERS = 20_000
MAX_NESTING = 50


class TooManyLayersError(Exception):
    """The limit is reached; it has been reported."""


@dataclass
class Budget:
    """Counts the layers of one network, composite blocks included, and the turns of its loops."""

    layers: int = 0
    turns: int = 0

    def turn(self, path: Path, findings: Findings) -> None:
        self.turns += 1
        if self.turns > MAX_LAYERS:
            message = f"the loops of this network have more than {MAX_LAYERS:,} turns"
            findings.add("GF118", path, message, "look for a loop that runs too often")
            raise TooManyLayersError

    def spend(self, path: Path, findings: Findings, count: int = 1) -> None:
        self.layers += count
        if self.layers > MAX_LAYERS:
            message = f"this network has more than {MAX_LAYERS:,} layers"
            findings.add("GF118", path, message, "look for a loop that runs too often")
            raise TooManyLayersError


@dataclass
class Context:
    """What all expansions of one spec share; of a stage, also with those of the other stages."""

    spec: Spec
    registry: Registry
    findings: Findings
    shared: Shared
    bodies: dict[object, tuple[dict[str, Value], Body, int]] = field(default_factory=dict)


@dataclass
class Frame:
    """One table of layers being expanded: a network, or an instance of a composite block."""

    context: Context
    table: NetworkTable | BlockTable
    path: Path
    owner: NetworkTable
    scope: Scope
    budget: Budget
    parents: tuple[str, ...] = ()
    depth: int = 0
    initializer: Initializer | None = None
    parametrizer: Parametrizer | None = None
    compared: dict[tuple[Path, str], list[tuple[float, float]]] = field(default_factory=dict)
    """By place and text of a `when` in a loop that asks for equality: both sides, turn by turn."""
    nodes: Nodes = field(default_factory=Nodes)
    tensors: dict[str, Named] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    prev: int = 0
    looped: list[tuple[str, Any]] = field(default_factory=list)
    ids: dict[str, Path] = field(default_factory=dict)
    bound: list[str] = field(default_factory=list)
    _current: Scope | None = None

    def __post_init__(self) -> None:
        self.wiring = Wiring(
            self.nodes,
            self.context.registry,
            self.scope,
            self.lookup,
            self.network_call,
            self.known,
            self.context.findings,
        )

    @cached_property
    def later(self) -> Mapping[str, Path]:
        """The ids of all layers, whether or not they were reached, and where they stand."""
        found: dict[str, Path] = {}
        stack: list[tuple[Path, Any]] = [((*self.path, "layers"), self.table.layers)]
        while stack:
            path, layers = stack.pop()
            for k, layer in enumerate(layers if isinstance(layers, list) else ()):
                if isinstance(layer, dict) and isinstance(layer.get("id"), str):
                    found.setdefault(layer["id"], (*path, k))
                if isinstance(layer, dict) and "layers" in layer:
                    stack.append(((*path, k, "layers"), layer["layers"]))
        return found

    @property
    def findings(self) -> Findings:
        return self.context.findings

    def known(self) -> list[str]:
        return [*self.tensors, "prev"]

    def lookup(self, name: str) -> Named | None:
        if name == "prev":
            return self.prev
        if name in self.left_out and name not in self.tensors:
            message = f"`{name}` is used, but its layer was left out by `when`"
            help = f'guard it: `when = "has({name})"`, or `{name} if has({name}) else prev`'
            raise FormulaError("GF215", message, help)
        if name not in self.tensors and name in self.later:
            span = self.findings.document.span((*self.later[name], "id"))
            related = (Label(span, f"`{name}` is made here"),) if span else ()
            message = f"`{name}` is used before its layer"
            help = "layers see only what stands before them: move one of the two"
            raise FormulaError("GF207", message, help, related=related)
        return self.tensors.get(name)

    def network_call(self, name: str, inputs: tuple[int, ...]) -> int | None:
        if name in self.tensors or name not in self.context.spec.networks:
            return None
        message = f"the network `{name}` is called inside a network"
        help = f"call `{name}` in `[flow]` and pass the result as an input"
        raise FormulaError("GF211", message, help)

    def current_scope(self) -> Scope:
        """Params, loop variables, and the shapes of the tensors in scope, looked up when a formula
        asks: so one scope serves a whole turn of a loop.
        """
        if self._current is None:
            names = {**self.scope.names, **dict(self.looped)}
            self._current = replace(self.scope, names=names, tensors=Shapes(self))
        return self._current

    def enter(self, variable: str, item: Any, turn: Turn) -> None:
        """Begins a turn of a loop."""
        self.looped.append((variable, item))
        self.nodes.turns = (*self.nodes.turns, turn)
        self._current = None

    def leave(self) -> None:
        """Ends a turn of a loop."""
        self.looped.pop()
        self.nodes.turns = self.nodes.turns[:-1]
        self._current = None


class Shapes(Mapping[str, Shape]):
    """The shapes of the tensors in scope as they are when a formula asks."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def __getitem__(self, name: str) -> Shape:
        """Raises `FormulaError` for what is not one tensor."""
        value = self._frame.prev if name == "prev" else self._frame.tensors[name]
        if isinstance(value, Keyed):
            message = f"`{name}` is one tensor for each `{value.variable}`, and has no shape"
            help = f'ask for one of them: `{{ id = "own", from = "{name}[...]" }}`, then `own`'
            raise FormulaError("GF119", message, help)
        shape = self._frame.nodes.shape(value)
        if isinstance(shape, Bundle):
            message = f"`{name}` has several outputs, and no shape"
            first = next(iter(shape.items))
            help = f'ask for one of them: `{{ id = "own", from = "{name}.{first}" }}`, then `own`'
            raise FormulaError("GF205", message, help)
        return shape

    def __contains__(self, name: object) -> bool:
        return name == "prev" or name in self._frame.tensors

    def __iter__(self) -> Iterator[str]:
        return iter([*self._frame.tensors, "prev"])

    def __len__(self) -> int:
        return len(self._frame.tensors) + 1


def computed(frame: Frame, text: object, path: Path) -> Any:
    """The value of a formula in the frame's scope; None after reporting why it has none."""
    if not isinstance(text, str):
        return text
    try:
        return evaluate(parse_formula(text), frame.current_scope(), text)
    except FormulaError as error:
        frame.findings.formula(error, path)
    except UnknownShapeError:
        pass
    return None
