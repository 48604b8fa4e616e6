"""From wiring to nodes: the calls, arithmetic and lists that a spec writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pydantic import ValidationError

from ganforge.diagnostics.diagnostic import Label
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import LIVE_NAMES, PROGRESS_NAMES, Scope, evaluate, shown
from ganforge.formula.live import Live, parse_live
from ganforge.formula.parse import extent, parse_wiring
from ganforge.graph.application import apply
from ganforge.graph.nodes import (
    Arithmetic,
    Bundle,
    Item,
    Nodes,
    Number,
    Output,
    Pack,
    Unknown,
    upstream,
)
from ganforge.plugins.declarations import Block
from ganforge.plugins.shapes import Shape, ShapeError, Tensor, TensorList
from ganforge.spec.findings import Findings
from ganforge.spec.planned import BLOCKS, FUNCTIONS, is_planned_word, planned


@dataclass(frozen=True)
class Keyed:
    """An id made inside a loop: its values by the loop's variable, in the order they were made."""

    variable: str
    values: Mapping[Any, int]


Named = int | Keyed
Lookup = Callable[[str], Named | None]
Caller = Callable[[str, tuple[int, ...]], int | None]

_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


@dataclass
class Wiring:
    """Lowers wiring into `nodes`.

    lookup: the value of a name, or None. call: makes the call of a network, or None where no
    network has that name.
    """

    nodes: Nodes
    blocks: Mapping[str, Block]
    scope: Scope
    lookup: Lookup
    call: Caller
    known: Callable[[], list[str]]
    findings: Findings
    live: bool = False
    path: Path = ()
    text: str = ""
    fresh: int = 0
    calling: ast.Call | None = None
    draw: Callable[[str, tuple[int, ...]], int] | None = None
    """Makes the source of what a function draws; None inside networks."""
    drawn: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)

    def lower(self, text: str, path: Path) -> int:
        """The node that `text` means; a mistake is reported and gives an unknown value."""
        self.path, self.text = path, text
        try:
            value = self._value(parse_wiring(text))
            return self._packed(value)
        except FormulaError as error:
            self.findings.formula(error, path, related=(*self.ends(error.nodes), *error.related))
        except UnknownShapeError:
            pass
        return self.nodes.unknown(path)

    def _fail(self, node: ast.AST, code: str, message: str, help: str | None = None) -> NoReturn:
        raise FormulaError(code, message, help, *extent(node, self.text))

    def _packed(self, value: Named) -> int:
        if not isinstance(value, Keyed):
            return value
        return self._pack(tuple(value.values.values()))

    def _pack(self, items: tuple[int, ...]) -> int:
        shapes = tuple(self._tensor_shape(item) for item in items)
        return self.nodes.add(Pack(), items, TensorList(shapes), self.path)

    def _tensor_shape(self, index: int) -> Shape:
        shape = self.nodes.shape(index)
        return None if isinstance(shape, Bundle) else shape

    def _value(self, node: ast.expr) -> Named:
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self.nodes.add(Number(number), (), Tensor(()), self.path)
            case ast.Constant():
                self._fail(
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
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.UnaryOp(op=ast.USub()):
                operand = self._single(node.operand)
                return self.nodes.add(
                    Arithmetic("-"), (operand,), self._tensor_shape(operand), self.path
                )
            case ast.IfExp():
                return self._value(node.body if self._condition(node.test) else node.orelse)
            case ast.List():
                return self._pack(tuple(self._single(item) for item in node.elts))
        self._fail(node, "GF218", f"`{ast.unparse(node)}` is no wiring")

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
        help = did_you_mean(node.id, self.known())
        self._fail(node, "GF201", f"no tensor `{node.id}` is known here", help)

    def _number(self, node: ast.Name) -> int:
        if node.id in PROGRESS_NAMES and node.id not in self.scope.names and not self.live:
            help = "give it to the network as an input, or use a param"
            self._fail(node, "GF117", planned(f"`{node.id}` here"), help)
        value = parse_live(node.id, self.scope)
        if not isinstance(value, Live) and (
            isinstance(value, bool) or not isinstance(value, int | float)
        ):
            self._fail(node, "GF219", f"the param `{node.id}` is no number")
        return self.nodes.add(Number(value), (), Tensor(()), self.path)

    def _formula(self, node: ast.expr) -> Any:
        try:
            return evaluate(node, self.scope, self.text)
        except FormulaError as error:
            error.start, error.end = extent(node, self.text)
            raise

    def _condition(self, node: ast.expr) -> bool:
        value = self._formula(node)
        if not isinstance(value, bool):
            message = f"`{ast.unparse(node)}` is {shown(value)}, and must be true or false"
            self._fail(node, "GF114", message, "compare it: `i > 0`")
        return value

    def _single(self, node: ast.expr) -> int:
        """A value that must be one tensor or list, not a bundle of outputs."""
        index = self._packed(self._value(node))
        shape = self.nodes.shape(index)
        if isinstance(shape, Bundle):
            written = ast.unparse(node)
            choices = ", ".join(f"`{written}.{name}`" for name in shape.items)
            self._fail(node, "GF205", f"`{written}` has several outputs", f"choose one: {choices}")
        return index

    def _output(self, node: ast.Attribute) -> int:
        index = self._packed(self._value(node.value))
        shape = self.nodes.shape(index)
        if shape is None:
            raise UnknownShapeError
        if not isinstance(shape, Bundle):
            written = ast.unparse(node.value)
            self._fail(
                node, "GF205", f"`{written}` has one output, without a name", f"write `{written}`"
            )
        if node.attr not in shape.items:
            help = did_you_mean(node.attr, list(shape.items))
            self._fail(
                node, "GF205", f"`{ast.unparse(node.value)}` has no output `{node.attr}`", help
            )
        return self.nodes.add(Output(node.attr), (index,), shape.items[node.attr], self.path)

    def _item(self, node: ast.Subscript) -> int:
        value, index = self._value(node.value), self._formula(node.slice)
        written = ast.unparse(node.value)
        if isinstance(value, Keyed):
            index = repr(index) if isinstance(index, list) else index
            if index not in value.values:
                keys = _listed(list(value.values))
                message = f"`{written}[{index}]` does not exist"
                self._fail(
                    node, "GF206", message, f"`{written}` was made for {value.variable} = {keys}"
                )
            return value.values[index]
        shape = self.nodes.shape(value)
        if shape is None:
            raise UnknownShapeError
        if not isinstance(shape, TensorList):
            self._fail(node, "GF217", f"`{written}` is {shape}, no list", f"write `{written}`")
        if (
            isinstance(index, bool)
            or not isinstance(index, int)
            or not -len(shape.items) <= index < len(shape.items)
        ):
            message = f"`{written}[{index}]` does not exist"
            self._fail(
                node, "GF206", message, f"`{written}` has {len(shape.items)} elements, from 0"
            )
        index %= len(shape.items)
        return self.nodes.add(Item(index), (value,), shape.items[index], self.path)

    def _arithmetic(self, node: ast.BinOp) -> int:
        if type(node.op) not in _OPERATORS:
            self._fail(node, "GF218", "wiring has `+ - * /` of tensors only")
        left, right = self._single(node.left), self._single(node.right)
        try:
            shape = self._broadcast(node, (left, right))
        except FormulaError as error:
            error.nodes = (left, right)
            raise
        return self.nodes.add(
            Arithmetic(_OPERATORS[type(node.op)]), (left, right), shape, self.path
        )

    def _broadcast(self, node: ast.BinOp, indices: tuple[int, int]) -> Shape:
        left, right = (self._tensor_shape(index) for index in indices)
        if left is None or right is None:
            return None
        for shape, side in ((left, node.left), (right, node.right)):
            if isinstance(shape, TensorList):
                self._fail(
                    side, "GF303", f"`{ast.unparse(side)}` is a list: take its elements one by one"
                )
            if shape.classes is not None:
                name = ast.unparse(side)
                help = f"`one_hot({name})` makes numbers of it"
                self._fail(
                    side, "GF503", f"`{name}` is a {shape}, no numbers to compute with", help
                )
        a, b = left.shape, right.shape  # type: ignore[union-attr]
        if not a or not b:
            self._check_scalars(node, indices, bool(a or b))
            return Tensor(a or b)
        if len(a) == len(b) and all(p == q or 1 in (p, q) for p, q in zip(a, b, strict=True)):
            return Tensor(tuple(map(max, zip(a, b, strict=True))))
        names = f"`{ast.unparse(node.left)}` is {left} and `{ast.unparse(node.right)}` is {right}"
        self._fail(node, "GF303", f"{names}: they do not fit together", _fitting(a, b))

    def _check_scalars(self, node: ast.BinOp, indices: tuple[int, int], mixed: bool) -> None:
        """One number per sample has no axes to meet those of a vector or image."""
        for index, side in zip(indices, (node.left, node.right), strict=True):
            if mixed and self._tensor_shape(index) == Tensor(()) and not self._constant(index):
                written = ast.unparse(side)
                message = f"`{written}` is one number per sample, and the other side has axes"
                self._fail(side, "GF303", message, "use a tensor of the same shape, or a number")

    def _constant(self, index: int) -> bool:
        """Whether a node is made of numbers alone, not of tensors."""
        made = (self.nodes.items[i].operation for i in upstream(self.nodes.items, (index,)))
        return all(isinstance(operation, Number | Arithmetic) for operation in made)

    def _call(self, node: ast.Call) -> int:
        if not isinstance(node.func, ast.Name):
            self._fail(node, "GF218", f"`{ast.unparse(node.func)}` cannot be called")
        name = node.func.id
        self._check_keywords(node)
        if name == "fresh":
            return self._fresh(node)
        block = self.blocks.get(name.replace("_", "-"))
        inputs = tuple(self._single(argument) for argument in node.args)
        called = self._network(node, name, inputs)
        if called is not None:
            if node.keywords:
                self._fail(node, "GF218", f"the network `{name}` takes tensors only")
            return called
        if block is None and name.replace("_", "-") in FUNCTIONS | BLOCKS:
            help = "use a later version, or another function"
            self._fail(node.func, "GF117", planned(f"`{name}`"), help)
        if block is None:
            known = sorted({*self.known(), *(b.replace("-", "_") for b in self.blocks)})
            self._fail(
                node.func,
                "GF201",
                f"no network or function is called `{name}`",
                did_you_mean(name, known),
            )
        if block.stateful or block.random:
            help = f'make it a layer: {{ block = "{block.name}", ... }}'
            message = f"`{name}` has weights, state or randomness: it is no function"
            self._fail(node, "GF212", message, help)
        return self._apply(node, block, inputs)

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
        related = (*self.ends(error.nodes), *error.related)
        self.findings.formula(error, self.path, related=related)

    def _check_keywords(self, node: ast.Call) -> None:
        names = [keyword.arg for keyword in node.keywords]
        for k, name in enumerate(names):
            if name is None or name in names[:k]:
                message = "`**` is not allowed" if name is None else f"`{name}` is given twice"
                self._fail(node.keywords[k], "GF218", message, "give each parameter once, by name")

    def ends(self, inputs: Iterable[int]) -> tuple[Label, ...]:
        """Where tensors come from, and their shapes: the other ends of a conflict."""
        labels = []
        for index in dict.fromkeys(inputs):
            node = self.nodes.items[index]
            span = self.findings.document.span(node.path)
            if span is not None and not isinstance(node.operation, Unknown | Number):
                about = f"`{node.name}` is" if node.name else "this gives"
                about += " a" if isinstance(node.shape, Tensor) and node.shape.classes else ""
                labels.append(Label(span, f"{about} {node.shape}"))
        return tuple(labels)

    def _fresh(self, node: ast.Call) -> int:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Call):
            self._fail(node, "GF218", "`fresh` takes one call", "write `fresh(D(x))`")
        index = self._single(node.args[0])
        inner = self.nodes.items[index]
        self.fresh += 1
        return self.nodes.add(
            inner.operation, inner.inputs, inner.shape, self.path, fresh=self.fresh
        )

    def _apply(self, node: ast.Call, block: Block, inputs: tuple[int, ...]) -> int:
        name = block.name.replace("-", "_")
        inputs = self._with_draw(node, block, inputs)
        needed = [i for i in block.inputs if not i.endswith("?") and not i.startswith("*")]
        variadic = any(i.startswith("*") for i in block.inputs)
        if len(inputs) < max(1, len(needed)) or (len(inputs) > len(block.inputs) and not variadic):
            takes = ", ".join(i.strip("*?") for i in block.inputs)
            self._fail(
                node, "GF204", f"`{name}` takes ({takes}), and {len(inputs)} tensors are given"
            )
        values = {k.arg: self._keyword(k.value) for k in node.keywords if k.arg}
        params = self._params(node, block, values)
        try:
            return apply(self.nodes, block, params, inputs, self.path, variadic=variadic)
        except ShapeError as error:
            start, end = extent(node, self.text)
            raise FormulaError(
                error.code, error.message, error.help, start, end, nodes=inputs
            ) from None

    def _with_draw(self, node: ast.Call, block: Block, inputs: tuple[int, ...]) -> tuple[int, ...]:
        """The inputs of a function, and what it draws."""
        if block.draws is None or len(inputs) != len(block.inputs) - 1:
            return inputs
        if self.draw is None:
            message = f"`{block.name}` draws random numbers, which are drawn outside of networks"
            self._fail(node, "GF212", message, "call it in `[flow]` and pass the result")
        shapes = [self.nodes.shape(i) for i in inputs]
        if any(not isinstance(shape, Tensor) for shape in shapes):
            raise UnknownShapeError
        key = (block.name, inputs)  # equal calls are one, and draw once
        if key not in self.drawn:
            self.drawn[key] = self.draw(block.inputs[-1], block.draws(None, *shapes))
        return (*inputs, self.drawn[key])

    def _params(self, node: ast.Call, block: Block, values: dict[str, Any]) -> Any:
        """The parameters of a function, checked by its declaration."""
        try:
            return block.params.model_validate(values, context=self.scope)
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
        key = str(detail["loc"][0]) if detail["loc"] else ""
        at: ast.AST = next((k.value for k in node.keywords if k.arg == key), node)
        known = list(block.params.model_fields)
        written = block.name.replace("-", "_")
        if detail["type"] == "extra_forbidden":
            help = did_you_mean(key, known, "parameter")
            self._fail(at, "GF102", f"`{written}` has no parameter `{key}`", help)
        if detail["type"] == "missing":
            self._fail(node, "GF111", f"`{written}` needs `{key}`", f"write `{key}=...`")
        choices = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
        if is_planned_word(key, values[key], choices):
            help = "use a later version, or another word"
            self._fail(at, "GF117", planned(f"`{key}='{values[key]}'`"), help)
        if detail["type"] == "literal_error":
            message = f"`{key}` cannot be {shown(values[key])}"
            self._fail(at, "GF110", message, did_you_mean(str(values[key]), choices))
        message = detail.get("ctx", {}).get("message", detail["msg"])
        code = detail["type"] if detail["type"].startswith("GF") else "GF115"
        self._fail(
            at, code, f"`{key}` of `{written}`: {message.replace('Input should', 'it must')}"
        )

    def _keyword(self, node: ast.expr) -> Any:
        return self._formula(node)


def _fitting(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    """How two shapes that do not broadcast could be brought together."""
    if len(a) == len(b) == 3 and a[1:] == b[1:]:
        layer = f'{{ block = "conv", out = {b[0]}, kernel = 1, from = ... }}'
        return f"bring both to one number of channels: {layer}"
    if {len(a), len(b)} == {1, 3}:
        return "`tile(v, x)` puts a vector at every pixel"
    return "bring both to one shape"


def _listed(keys: list[Any]) -> str:
    if len(keys) > 2 and keys == list(range(keys[0], keys[0] + len(keys))):
        return f"{keys[0]}..{keys[-1]}"
    return ", ".join(map(str, keys[:12])) or "nothing"
