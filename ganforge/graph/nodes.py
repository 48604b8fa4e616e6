"""The graph's values: one kind of node for layers inside a network and for wiring outside of
networks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from ganforge.document import Path
from ganforge.formula.live import Live
from ganforge.plugins.declarations import Block, Init, Parametrization
from ganforge.plugins.live import Changing
from ganforge.plugins.params import Params
from ganforge.plugins.shapes import Shape, Tensor


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a network with named outputs gives; a call must choose one."""

    items: Mapping[str, Shape]

    def __str__(self) -> str:
        return ", ".join(self.items)


NodeShape = Shape | Bundle


@dataclass(frozen=True, slots=True)
class Source:
    """A tensor that comes from outside: a network's input, a data field, a latent.

    like: the source of which it is another draw. drawn: what a function or a loss draws it from.
    """

    name: str
    role: str
    like: str = ""
    drawn: Literal["uniform", "normal"] = "uniform"


@dataclass(frozen=True, slots=True)
class Initializer:
    """How the weights of a layer start."""

    init: Init
    params: Params


@dataclass(frozen=True, slots=True)
class Parametrizer:
    """How the weights of a layer are parametrised."""

    parametrization: Parametrization
    params: Params


@dataclass(frozen=True)
class Layer:
    """A block with its own module. Without a parametrizer its weights are learned as they are."""

    block: Block
    params: Params
    initializer: Initializer | None = None
    owns_weights: bool = False
    parametrizer: Parametrizer | None = None

    @property
    def learns(self) -> bool:
        """Whether it has weights that training moves."""
        return self.block.stateful and self.block.learns(self.params)

    @cached_property
    def live(self) -> Mapping[str, Changing]:
        """Those of its parameters that change during training."""
        return {
            name: value for name, value in vars(self.params).items() if type(value) in _CHANGING
        }


_CHANGING = frozenset(get_args(Changing))


@dataclass(frozen=True, slots=True)
class Composite:
    """An instance of a `[blocks]` table; equal instances share their body."""

    name: str
    params: Mapping[str, object]
    body: Body


@dataclass(frozen=True, slots=True)
class Apply:
    """A block called as a function."""

    block: Block
    params: Params


@dataclass(frozen=True, slots=True)
class NetworkCall:
    """A call of a network."""

    network: str


@dataclass(frozen=True, slots=True)
class Output:
    """One named output of a call."""

    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a list."""

    index: int


@dataclass(frozen=True, slots=True)
class Pack:
    """A list of its inputs."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What the module of a loss gives back for random numbers and samples: a list of samples."""

    loss: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`+ - * /` of two values, with broadcasting; or `-` of one."""

    operator: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number, or a live one."""

    value: float | Live


@dataclass(frozen=True, slots=True)
class ByLevel:
    """Of its inputs the one that the level of a growing network chooses.

    levels: those of each input.
    """

    levels: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """What an earlier mistake left without meaning."""


LEVEL = Live("level", ast.Name("level"), frozenset({"level"}))
"""How far a network has grown, as a live number."""

Operation = (
    Source
    | Layer
    | Composite
    | Apply
    | NetworkCall
    | Output
    | Item
    | Pack
    | Replay
    | Arithmetic
    | Number
    | ByLevel
    | Unknown
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a loop of layers: where the loop is written, the turn's number from 0, the
    variable and its value.
    """

    loop: Path
    number: int
    variable: str
    value: object


class Node(NamedTuple):
    """A value: the operation that makes it, the nodes it is made from, its shape, and where it was
    written, in which turns of loops.
    """

    operation: Operation
    inputs: tuple[int, ...]
    shape: NodeShape
    path: Path = ()
    name: str | None = None
    fresh: int = 0
    turns: tuple[Turn, ...] = ()

    def about(self) -> str:
        """What a message says of it: `x` is 3 x 8 x 8, `y` is a class of 10, this gives 64."""
        named = f"`{self.name}` is" if self.name else "this gives"
        shape = self.shape.described if isinstance(self.shape, Tensor) else self.shape
        return f"{named} {shape}"


@dataclass(frozen=True, eq=False)
class Body:
    """The nodes of one network or composite block, each after those it is made from."""

    nodes: tuple[Node, ...]
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]
    """By name; a single unnamed output has the empty name."""
    levels: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Of a network that grows: by node the levels at which it is computed, if not at all."""

    @property
    def result(self) -> NodeShape:
        """The shape of what a call gives."""
        if set(self.outputs) == {""}:
            return self.nodes[self.outputs[""]].shape
        shapes = {name: self.nodes[index].shape for name, index in self.outputs.items()}
        return Bundle({k: None if isinstance(s, Bundle) else s for k, s in shapes.items()})

    @cached_property
    def live(self) -> Mapping[Changing, tuple[str, str]]:
        """The live numbers of its layers and wiring, which calls of the network give it: each with
        the block and the parameter that it is first. The level where that chooses.
        """
        found: dict[Changing, tuple[str, str]] = {}
        for operation in self.operations():
            if isinstance(operation, Layer):
                for name, number in operation.live.items():
                    found.setdefault(number, (operation.block.identifier, name))
            elif isinstance(operation, Number) and isinstance(operation.value, Live):
                found.setdefault(operation.value, ("wiring", operation.value.text))
        return {LEVEL: ("network", "level"), **found} if self.levels or self.chooses else found

    @property
    def chooses(self) -> bool:
        """Whether the level chooses something in it."""
        return any(isinstance(node.operation, ByLevel) for node in self.nodes)

    @cached_property
    def broken(self) -> bool:
        """Whether something in it has no meaning, even if no output is made from it."""
        operations = [node.operation for node in self.nodes]
        inside = (op.body.broken for op in operations if isinstance(op, Composite))
        return any(isinstance(op, Unknown) for op in operations) or any(inside)

    @cached_property
    def reached(self) -> frozenset[int]:
        """The nodes that some output is made from."""
        return frozenset(upstream(self.nodes, self.outputs.values()))

    def operations(self) -> Iterator[Operation]:
        """Every operation that an output is made from, those of composite blocks included; a body
        that they share counts once.
        """
        stack, seen = [self], {id(self)}
        while stack:
            body = stack.pop()
            for index in sorted(body.reached):
                operation = body.nodes[index].operation
                yield operation
                if isinstance(operation, Composite) and id(operation.body) not in seen:
                    seen.add(id(operation.body))
                    stack.append(operation.body)

    def layers(self) -> Iterator[Layer]:
        """Every layer that an output is made from, those of composite blocks included."""
        return (op for op in self.operations() if isinstance(op, Layer))

    def hides_mistakes(self) -> bool:
        """Whether a mistake has left something without meaning, here or in a composite block."""
        return self.broken and any(isinstance(op, Unknown) for op in self.operations())


def upstream(nodes: tuple[Node, ...] | list[Node], roots: Iterable[int]) -> set[int]:
    """The roots and everything they are made from."""
    seen: set[int] = set()
    stack = list(roots)
    while stack:
        index = stack.pop()
        if index not in seen:
            seen.add(index)
            stack.extend(nodes[index].inputs)
    return seen


@dataclass
class Nodes:
    """Nodes under construction. Equal values are one node, unless they own weights. `turns` are
    those of the loops that stand open.
    """

    items: list[Node] = field(default_factory=list)
    turns: tuple[Turn, ...] = ()
    _known: dict[object, int] = field(default_factory=dict)
    _numbers: set[int] = field(default_factory=set)

    def add(
        self,
        operation: Operation,
        inputs: tuple[int, ...],
        shape: NodeShape,
        path: Path = (),
        *,
        name: str | None = None,
        fresh: int = 0,
    ) -> int:
        """The index of the node, new or known."""
        key = self._key(operation, inputs, fresh)
        if key is not None and key in self._known:
            return self._known[key]
        self.items.append(Node(operation, inputs, shape, path, name, fresh, self.turns))
        index = len(self.items) - 1
        if key is not None:
            self._known[key] = index
        computed = isinstance(operation, Arithmetic) and all(map(self.is_number, inputs))
        if computed or isinstance(operation, Number):
            self._numbers.add(index)
        return index

    def is_number(self, index: int) -> bool:
        """Whether a value is made of numbers alone, and so is no tensor in the program."""
        return index in self._numbers

    def _key(self, operation: Operation, inputs: tuple[int, ...], fresh: int) -> object:
        if isinstance(operation, Layer | Composite | Unknown):
            return None
        if isinstance(operation, Apply):
            # Blocks of two distributions may have one name.
            return ("apply", id(operation.block), repr(operation.params), inputs, fresh)
        if isinstance(operation, Number):
            return ("number", str(operation.value))
        return (operation, inputs, fresh)

    def unknown(self, path: Path = ()) -> int:
        return self.add(Unknown(), (), None, path)

    def shape(self, index: int) -> NodeShape:
        return self.items[index].shape

    def rename(self, index: int, name: str) -> None:
        """Gives a node the name that the program shall use, unless it has one."""
        node = self.items[index]
        if node.name is None:
            self.items[index] = node._replace(name=name)
