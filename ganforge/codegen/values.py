"""Nodes as statements and expressions: what is used once stands where it is used, the rest gets a
name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ganforge.codegen.expressions import ATOM, arithmetic, literal, write_call
from ganforge.codegen.levels import chosen, condition_of
from ganforge.codegen.names import Imports, Namespace
from ganforge.formula.live import Live
from ganforge.graph.nodes import (
    Apply,
    Arithmetic,
    ByLevel,
    Composite,
    Item,
    Layer,
    NetworkCall,
    Node,
    NodeShape,
    Number,
    Output,
    Pack,
    Replay,
    Source,
)
from ganforge.plugins.declarations import Block, input_names
from ganforge.plugins.live import Changing
from ganforge.plugins.params import Params
from ganforge.plugins.shapes import TensorList

MAX_DEPTH = 8
"""Calls within calls: what is nested deeper gets a name, for the reader and for Python's parser."""


@dataclass
class Writer:
    """Writes nodes of one function or method, in order.

    modules: the expression that calls the module of a layer or composite, by node.
    known: the expressions of nodes that need no statement (arguments, values computed before).
    """

    nodes: tuple[Node, ...]
    imports: Imports
    names: Namespace
    modules: Mapping[int, str] = field(default_factory=dict)
    known: dict[int, tuple[str, int]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    depth: dict[int, int] = field(default_factory=dict)
    differentiated: frozenset[int] = frozenset()
    """Nodes that become leaves which ask for a gradient."""
    local: Mapping[str, str] = field(default_factory=dict)
    """The local names of networks and of the spec's tensors, where they differ from the spec's."""

    last_use: Mapping[int, float] | None = None
    """By node the last one that takes it, if names may be used anew for what comes later."""

    holders: dict[str, int] = field(default_factory=dict)
    """Which node each name stands for."""

    inside: dict[int, set[int]] = field(default_factory=dict)
    """The named nodes in the expression of a node."""

    number: Callable[[Changing, str], str] = lambda live, wanted: str(live)
    """The expression of a live number, and what it would be called."""

    live: Mapping[str, Mapping[Changing, tuple[str, str]]] = field(default_factory=dict)
    """The live numbers that calls of networks give them, by network."""

    levels: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """By node the levels at which it is computed, if not at all."""

    all_levels: frozenset[int] = frozenset()
    indexed: Mapping[int, str] = field(default_factory=dict)
    """By node its place in a table of what loops make, by the value of their variable."""

    def text(self, index: int) -> str:
        return self.known[index][0]

    def write(self, needed: Iterable[int], named: set[int]) -> None:
        """Statements for the nodes of `needed` in order; those not in `named` stay expressions."""
        for index in sorted(needed):
            if index in self.known:
                continue
            inputs = self.nodes[index].inputs
            if index in self.indexed and isinstance(self.nodes[index].operation, ByLevel):
                self.known[index], self.inside[index] = (self.indexed[index], ATOM), set()
                continue
            text, strength = self._expression(index, self.nodes[index])
            self.inside[index] = set().union(*(self.inside.get(i, ()) for i in inputs))
            depth = self.depth[index] = 1 + max((self.depth.get(i, 0) for i in inputs), default=0)
            kept = index in named or index in self.indexed or index in self.differentiated
            if kept or depth > MAX_DEPTH:
                self.depth[index] = 0
                name = self._name(index)
                if index in self.differentiated:
                    text = self._leaf(text if strength == ATOM else f"({text})", index)
                self._state(f"{name} = {text}", index)
                text, strength = name, ATOM
            self.known[index] = (text, strength)

    def _state(self, line: str, index: int) -> None:
        """Adds a statement; those of some levels stand together under their condition."""
        if index not in self.levels:
            self.lines.append(line)
            return
        condition = f"if {condition_of(self.levels[index], self.all_levels)}:"
        above = next((other for other in reversed(self.lines) if other[:1] != " "), "")
        self.lines += [*([] if above == condition else [condition]), f"    {line}"]

    def written(self, needed: Iterable[int], named: set[int]) -> list[str]:
        """The statements for these nodes, as lines of their own."""
        before = len(self.lines)
        self.write(needed, named)
        lines = self.lines[before:]
        del self.lines[before:]
        return lines

    def _name(self, index: int) -> str:
        """The name of a node; those of values that nothing needs any more are free again."""
        for name, holder in list(self.holders.items()):
            if not self._is_needed(holder, index):
                self.names.release(name)
                del self.holders[name]
        if index in self.indexed:
            self.inside[index] = set()
            return self.indexed[index]
        name = self.names.take(self._wanted(index))
        self.holders[name] = index
        self.inside[index] = {index}
        return name

    def _is_needed(self, holder: int, index: int) -> bool:
        """Whether the value of `holder` is used after the statement of `index`."""
        if self.last_use is None:
            return True
        users = (i for i, named in self.inside.items() if holder in named and i != index)
        return any(self.last_use.get(i, 0) > index for i in users)

    def _leaf(self, text: str, index: int) -> str:
        """A value that asks for a gradient; of a list each element does."""
        if isinstance(self.nodes[index].shape, TensorList):
            return f"[each.requires_grad_() for each in {text}]"
        return f"{text}.requires_grad_()"

    def _wanted(self, index: int) -> str:
        node = self.nodes[index]
        if node.name:
            return self.local.get(node.name, node.name)
        if isinstance(node.operation, NetworkCall):
            first = self.nodes[node.inputs[0]]
            while first.name is None and isinstance(first.operation, NetworkCall):
                first = self.nodes[first.inputs[0]]
            return f"{node.operation.network.lower()}_{first.name or 'value'}"
        return "h"

    def _expression(self, index: int, node: Node) -> tuple[str, int]:
        inputs = [self.known[i] for i in node.inputs]
        texts = [text for text, _ in inputs]
        match node.operation:
            case Number(value):
                if isinstance(value, Live):
                    return self.number(value, "number"), ATOM
                return literal(value), ATOM
            case Arithmetic(operator):
                return arithmetic(operator, inputs)
            case ByLevel(levels):
                return chosen(levels, texts, self.all_levels), 0
            case Item(place):
                return f"{texts[0]}[{place}]", ATOM
            case Output(name):
                return f"{texts[0]}[{name!r}]", ATOM
            case Pack():
                return f"[{', '.join(texts)}]", ATOM
            case Replay(loss):
                return f"{memory_of(loss)}({', '.join(texts)})", ATOM
            case NetworkCall(network):
                given = [*texts, *self._numbers(self.live.get(network, {}))]
                return f"{self.local.get(network, network)}({', '.join(given)})", ATOM
            case Composite(body=body):
                given = [*texts, *self._numbers(body.live)]
                return f"{self.modules[index]}({', '.join(given)})", ATOM
            case Apply(block, params):
                return self._function(block, params, node, texts), ATOM
            case Layer(block, params) if block.module is None:
                return self._function(block, params, node, texts), ATOM
            case Source():
                raise LookupError("a source has no expression")
        return f"{self.modules[index]}({', '.join(texts)})", ATOM

    def _numbers(self, live: Mapping[Changing, tuple[str, str]]) -> list[str]:
        return [self.number(number, "_".join(where)) for number, where in live.items()]

    def _function(self, block: Block, params: Params, node: Node, texts: list[str]) -> str:
        shapes = [self.nodes[i].shape for i in node.inputs]
        if block.function is None:
            assert block.module is not None
            made = write_call(block.module(params, *shapes), self.imports)
            return f"{made}({', '.join(texts)})"
        names = input_names(block, len(texts))
        refs = dict(zip(names, texts, strict=True))
        call = block.function(params, *shapes)
        return write_call(call, self.imports, refs, lambda live: self.number(live, ""))


def type_of(shape: NodeShape) -> str:
    """The type of a value in the program."""
    return "list[Tensor]" if isinstance(shape, TensorList) else "Tensor"


def memory_of(loss: str) -> str:
    """The module in which a loss keeps what it remembers."""
    return f'state.losses["{loss}"]'
