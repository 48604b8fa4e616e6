"""From wiring to nodes: the calls, arithmetic and lists that a spec writes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ganforge.diagnostics.diagnostic import Label
from ganforge.diagnostics.habits import of_word
from ganforge.diagnostics.suggest import did_you_mean, nearest
from ganforge.document import Path
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import LIVE_NAMES, PROGRESS_NAMES, Scope, evaluate, shown
from ganforge.formula.live import Live, parse_live
from ganforge.formula.parse import extent, parse_wiring
from ganforge.graph.arithmetic import add_arithmetic, add_negative
from ganforge.graph.functions import add_function
from ganforge.graph.nodes import (
    Bundle,
    Item,
    Nodes,
    Number,
    Output,
    Pack,
    Unknown,
)
from ganforge.plugins.declarations import Block
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Shape, Tensor, TensorList
from ganforge.spec.findings import Findings
from ganforge.spec.planned import planned

_LIBRARIES = ("torch", "F", "nn", "np", "tf", "jnp")
"""Names that stand before functions of other libraries."""


@dataclass(frozen=True)
class Keyed:
    """An id made inside a loop: its values by the loop's variable, in the order they were made."""

    variable: str
    values: Mapping[Any, int]


Named = int | Keyed
Lookup = Callable[[str], Named | None]
Caller = Callable[[str, tuple[int, ...]], int | None]


@dataclass
class Wiring:
    """Lowers wiring into `nodes`.

    lookup: the value of a name, or None. call: makes the call of a network, or None where no
    network has that name. known: the tensors that a name may mean. networks: what may be called.
    """

    nodes: Nodes
    registry: Registry
    scope: Scope
    lookup: Lookup
    call: Caller
    known: Callable[[], list[str]]
    findings: Findings
    networks: Collection[str] = ()
    live: bool = False
    path: Path = ()
    text: str = ""
    fresh: int = 0
    calling: ast.Call | None = None
    draw: Callable[[Block, tuple[int, ...]], int] | None = None
    """Makes the source of what a function draws; None inside networks."""
    drawn: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)

    def lower(self, text: str, path: Path) -> int:
        """The node that `text` means; a mistake is reported and gives an unknown value."""
        self.path, self.text = path, text
        try:
            value = self._value(parse_wiring(text))
            return self._packed(value)
        except FormulaError as error:
            self.findings.formula(error, path, related=self.explained(error))
        except UnknownShapeError:
            pass
        return self.nodes.unknown(path)

    def fail(self, node: ast.AST, code: str, message: str, help: str | None = None) -> NoReturn:
        raise FormulaError(code, message, help, *extent(node, self.text))

    def _packed(self, value: Named) -> int:
        if not isinstance(value, Keyed):
            return value
        return self._pack(tuple(value.values.values()))

    def _pack(self, items: tuple[int, ...]) -> int:
        if any(map(self.nodes.is_number, items)):
            help = "lists of numbers are params; in wiring a list holds tensors"
            raise FormulaError("GF221", "a list of tensors holds a number", help)
        shapes = tuple(self.tensor_shape(item) for item in items)
        return self.nodes.add(Pack(), items, TensorList(shapes), self.path)

    def tensor_shape(self, index: int) -> Shape:
        shape = self.nodes.shape(index)
        return None if isinstance(shape, Bundle) else shape

    def _value(self, node: ast.expr) -> Named:
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self.nodes.add(Number(number), (), Tensor(()), self.path)
            case ast.Constant():
                self.fail(
                    node,
                    "GF219",
                    "a word stands where a tensor is needed",
                    "words are parameters of functions, by keyword: `mode='bilinear'`",
                )
            case ast.Call():
                return self._call(node)
            case ast.Attribute():
                return self._output(node)
            case ast.Subscript():
                return self._item(node)
            case ast.BinOp(
                left=ast.Name(id=owner), op=ast.Div(), right=ast.Call(func=ast.Name()) as call
            ) if self._is_distribution(owner, call):
                return self._call(call, f"{owner}/")
            case ast.BinOp():
                return add_arithmetic(self, node)
            case ast.UnaryOp(op=ast.USub()):
                return add_negative(self, node)
            case ast.IfExp():
                return self._value(node.body if self._condition(node.test) else node.orelse)
            case ast.List():
                return self._pack(tuple(self.single(item) for item in node.elts))
        help = "wiring is names, calls, `+ - * /` and lists of tensors"
        self.fail(node, "GF218", f"`{ast.unparse(node)}` is no wiring", help)

    def _name(self, node: ast.Name) -> Named:
        try:
            value = self.lookup(node.id)
        except FormulaError as error:
            error.start, error.end = extent(node, self.text)
            raise
        if value is not None:
            return value
        if node.id in self.scope.names or node.id in LIVE_NAMES:
            return self._number(node)
        if node.id in self.scope.unread:
            raise UnknownShapeError
        if node.id in self.networks:
            help = f"call it: `{node.id}(...)`"
            self.fail(node, "GF201", f"`{node.id}` is a network, and no tensor", help)
        help = did_you_mean(node.id, self.known(), "tensor")
        self.fail(node, "GF201", f"no tensor `{node.id}` is known here", help)

    def _number(self, node: ast.Name) -> int:
        if node.id in PROGRESS_NAMES and node.id not in self.scope.names and not self.live:
            help = "use a param"
            self.fail(node, "GF117", planned(f"`{node.id}` here"), help)
        known = self.scope.names.get(node.id)
        value = parse_live(node.id, self.scope) if known is None else known
        if not isinstance(value, Live) and (
            isinstance(value, bool) or not isinstance(value, int | float)
        ):
            help = "a word or list is a parameter of functions, by keyword"
            if nearest(node.id, self.known()) is not None:
                help = did_you_mean(node.id, self.known(), "tensor")
            self.fail(node, "GF219", f"the param `{node.id}` is no number", help)
        return self.nodes.add(Number(value), (), Tensor(()), self.path)

    def formula(self, node: ast.expr) -> Any:
        try:
            return evaluate(node, self.scope, self.text)
        except FormulaError as error:
            error.start, error.end = extent(node, self.text)
            raise

    def _condition(self, node: ast.expr) -> bool:
        value = self.formula(node)
        if not isinstance(value, bool):
            message = f"`{ast.unparse(node)}` is {shown(value)}, and must be true or false"
            self.fail(node, "GF114", message, "compare it: `i > 0`")
        return value

    def single(self, node: ast.expr) -> int:
        """A value that must be one tensor or list, not a bundle of outputs."""
        index = self._packed(self._value(node))
        shape = self.nodes.shape(index)
        if isinstance(shape, Bundle):
            written = ast.unparse(node)
            choices = ", ".join(f"`{written}.{name}`" for name in shape.items)
            self.fail(node, "GF205", f"`{written}` has several outputs", f"choose one: {choices}")
        return index

    def _output(self, node: ast.Attribute) -> int:
        index = self._packed(self._value(node.value))
        shape = self.nodes.shape(index)
        if shape is None:
            raise UnknownShapeError
        if not isinstance(shape, Bundle):
            written = ast.unparse(node.value)
            self.fail(
                node, "GF205", f"`{written}` has one output, without a name", f"write `{written}`"
            )
        if node.attr not in shape.items:
            help = did_you_mean(node.attr, list(shape.items))
            self.fail(
                node, "GF205", f"`{ast.unparse(node.value)}` has no output `{node.attr}`", help
            )
        return self.nodes.add(Output(node.attr), (index,), shape.items[node.attr], self.path)

    def _item(self, node: ast.Subscript) -> int:
        value, index = self._value(node.value), self.formula(node.slice)
        written = ast.unparse(node.value)
        if isinstance(index, float) and index.is_integer():
            index = int(index)  # such as log2(size)
        if isinstance(value, Keyed):
            index = repr(index) if isinstance(index, list) else index
            if index not in value.values:
                keys = _listed(list(value.values))
                self._check_level(node, written, value.variable, keys)
                message = f"`{written}[{index}]` does not exist"
                self.fail(
                    node, "GF206", message, f"`{written}` was made for {value.variable} = {keys}"
                )
            return value.values[index]
        shape = self.nodes.shape(value)
        if shape is None:
            raise UnknownShapeError
        if not isinstance(shape, TensorList):
            self.fail(node, "GF217", f"`{written}` is {shape}, no list", f"write `{written}`")
        if (
            isinstance(index, bool)
            or not isinstance(index, int)
            or not -len(shape.items) <= index < len(shape.items)
        ):
            message = f"`{written}[{index}]` does not exist"
            self.fail(
                node, "GF206", message, f"`{written}` has {len(shape.items)} elements, from 0"
            )
        index %= len(shape.items)
        return self.nodes.add(Item(index), (value,), shape.items[index], self.path)

    def _check_level(self, node: ast.Subscript, written: str, variable: str, keys: str) -> None:
        """GF606 where it is the level that asks for an element which no turn of a loop made."""
        names = {part.id for part in ast.walk(node.slice) if isinstance(part, ast.Name)}
        if "level" in names and self.scope.growing is not None:
            level = self.scope.growing["level"]
            message = f"`{ast.unparse(node)}` does not exist at level {level}"
            made = f"`{written}` was made for {variable} = {keys}"
            help = f"{made}: take level {level} out of `[stages]`, or make `{written}` for it"
            self.fail(node, "GF606", message, help)

    def _is_distribution(self, owner: str, call: ast.Call) -> bool:
        """Whether `owner/block(...)` names a block by its distribution, and is no division."""
        name = f"{owner}/{ast.unparse(call.func)}".replace("_", "-")
        return self.lookup(owner) is None and name in self.registry.blocks

    def _call(self, node: ast.Call, prefix: str = "") -> int:
        if not isinstance(node.func, ast.Name):
            message = f"`{ast.unparse(node.func)}` cannot be called"
            self.fail(node, "GF218", message, self._by_name(node))
        name = node.func.id
        self._check_keywords(node)
        if name == "fresh":
            return self._fresh(node)
        written = (prefix + name).replace("_", "-")
        block = self.registry.blocks.get(written)
        inputs = tuple(self.single(argument) for argument in node.args)
        called = None if prefix else self._network(node, name, inputs)
        if called is not None:
            if node.keywords:
                message = f"the network `{name}` takes tensors only, in the order of its `inputs`"
                self.fail(node, "GF218", message, "leave the keywords away")
            return called
        if block is None and self.registry.explains("block", written):
            missing = self.registry.missing("block", written)
            help = (missing.help or "").replace(f"/{written}`", f"/{name}(...)`")
            self.fail(node.func, missing.code, missing.message, help)
        if block is None:
            known = [*self.networks, *self._functions(), "fresh"]
            help = did_you_mean(name, known, of="function")
            self.fail(node.func, "GF201", f"no network or function is called `{name}`", help)
        if not _is_function(block):
            help = f'make it a layer: {{ block = "{block.name}", ... }}'
            message = f"`{name}` has weights, state or randomness: it is no function"
            self.fail(node, "GF212", message, help)
        return add_function(self, node, block, inputs)

    def _by_name(self, node: ast.Call) -> str:
        """How a call with a dot is written: `torch.cat(...)`, `G(z).detach()`."""
        plain = "networks and functions are called by their names"
        if not isinstance(node.func, ast.Attribute):
            return plain
        name, known = node.func.attr, [*self.networks, *self._functions()]
        habit = of_word("function", name, known)
        name = habit.meant if habit and habit.meant else name
        if name not in known:
            return plain
        library = isinstance(node.func.value, ast.Name) and node.func.value.id in _LIBRARIES
        given = node.args if library else [node.func.value, *node.args]
        return f"write `{name}({', '.join(map(ast.unparse, given))})`"

    def _functions(self) -> list[str]:
        return sorted(
            b.name.replace("-", "_") for b in self.registry.blocks.values() if _is_function(b)
        )

    def _network(self, node: ast.Call, name: str, inputs: tuple[int, ...]) -> int | None:
        self.calling = node
        try:
            return self.call(name, inputs)
        except FormulaError as error:
            error.start, error.end = extent(node, self.text)
            raise

    def report(self, error: FormulaError) -> None:
        """Reports a mistake at the call that is being made."""
        if self.calling is not None:
            error.start, error.end = extent(self.calling, self.text)
        self.findings.formula(error, self.path, related=self.explained(error))

    def explained(self, error: FormulaError) -> tuple[Label, ...]:
        """Where the tensors come from that an error is about; of GF503 those of classes alone."""
        nodes = [i for i in error.nodes if error.code != "GF503" or self._is_class(i)]
        return (*self.ends(nodes), *error.related)

    def _is_class(self, index: int) -> bool:
        shape = self.nodes.shape(index)
        return isinstance(shape, Tensor) and shape.classes is not None

    def _check_keywords(self, node: ast.Call) -> None:
        names = [keyword.arg for keyword in node.keywords]
        for k, name in enumerate(names):
            if name is None or name in names[:k]:
                message = "`**` is not allowed" if name is None else f"`{name}` is given twice"
                self.fail(node.keywords[k], "GF218", message, "give each parameter once, by name")

    def ends(self, inputs: Iterable[int]) -> tuple[Label, ...]:
        """Where tensors come from, and their shapes: the other ends of a conflict."""
        labels = []
        for index in dict.fromkeys(inputs):
            node = self.nodes.items[index]
            span = self.findings.document.span(node.path)
            if span is not None and not isinstance(node.operation, Unknown | Number):
                labels.append(Label(span, node.about()))
        return tuple(labels)

    def _fresh(self, node: ast.Call) -> int:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Call):
            self.fail(node, "GF218", "`fresh` takes one call", "write `fresh(D(x))`")
        index = self._packed(self._value(node.args[0]))
        inner = self.nodes.items[index]
        self.fresh += 1
        return self.nodes.add(
            inner.operation, inner.inputs, inner.shape, self.path, fresh=self.fresh
        )


def _is_function(block: Block) -> bool:
    return not block.stateful and not block.random


def _listed(keys: list[Any]) -> str:
    if len(keys) > 2 and keys == list(range(keys[0], keys[0] + len(keys))):
        return f"{keys[0]}..{keys[-1]}"
    return ", ".join(map(str, keys[:12])) or "nothing"
