"""Networks and composite blocks as `nn.Module` classes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ganforge.codegen.chains import Chain, find_chains, has_module
from ganforge.codegen.expressions import ATOM, write_call
from ganforge.codegen.levels import indexed
from ganforge.codegen.loops import in_loops
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.starts import Common, common
from ganforge.codegen.values import Writer, type_of
from ganforge.graph.named import layers_named
from ganforge.graph.nodes import (
    LEVEL,
    Body,
    ByLevel,
    Composite,
    Item,
    Layer,
    Node,
    Pack,
    Source,
    Turn,
)
from ganforge.plugins.live import Adaptive, Changing
from ganforge.plugins.shapes import Tensor


@dataclass(frozen=True)
class ClassText:
    """A class: statements of `__init__` after `super().__init__()`, and of `forward`, which takes
    the inputs, each a name and its type, and the live numbers.
    """

    name: str
    inputs: tuple[tuple[str, str], ...]
    summary: str
    made: tuple[str, ...]
    forward: tuple[str, ...]
    returns: str
    arguments: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    layers: Mapping[str, list[str]] = field(default_factory=dict)
    """The attributes that hold the layers which something else names, by their ids."""

    by_level: bool = False
    """Whether it is made with the layers of some levels."""

    def called(self, levels: str) -> str:
        """The call that makes an instance, with the layers of these levels."""
        return f"{self.name}({levels if self.by_level else ''})"


Instances = Mapping[int, str]
"""The call that makes an instance of a composite block, by the identity of its body."""


def write_network(
    name: str,
    body: Body,
    imports: Imports,
    instances: Instances,
    named: Iterable[str] = (),
    by_level: bool = False,
) -> ClassText:
    """The class of a network. named: ids of layers that something else names. by_level: whether it
    is made with the layers of some levels.
    """
    shared = common(body)
    layers = [(layer, nodes) for layer in sorted(named) for nodes in layers_named(body, layer)]
    apart = {index: number for number, (_, nodes) in enumerate(layers) for index in nodes}
    attributes = _attributes(body, find_chains(body, apart))
    made, forward = write_body(body, imports, instances, shared, attributes)
    live = live_arguments(body)
    inputs, returns, summary = typed_inputs(body), returned_type(body), _summary(body)
    levels = [body.levels.get(chain.last) for chain in attributes]
    by_level = by_level and any(levels)
    if by_level:
        made = _at_levels(made, levels, min(_all_levels(body)))
        summary += " levels: those whose layers it has."
    made.extend(shared.statements(imports))
    own: dict[str, list[str]] = {layer: [] for layer, _ in layers}
    for chain, attribute in attributes.items():
        if chain.last in apart:
            own[layers[apart[chain.last]][0]].append(attribute)
    return ClassText(
        name,
        inputs,
        summary,
        tuple(made),
        tuple(forward),
        returns,
        live=live,
        layers=own,
        by_level=by_level,
    )


def _at_levels(
    made: Iterable[str], levels: Iterable[frozenset[int] | None], lowest: int
) -> list[str]:
    """The statements that make modules, each under the condition that the first level which needs
    it is asked for.

    levels: of each module those that need it, None where all do.
    """
    lines: list[str] = []
    above = ""
    for line, own in zip(made, levels, strict=True):
        condition = f"if {min(own) if own else lowest} in levels:"
        lines += [*([condition] if condition != above else []), f"    {line}"]
        above = condition
    return lines


def live_names(body: Body) -> dict[Changing, str]:
    """The names under which the forward pass of a body takes its live numbers."""
    names = Namespace({"self", *body.inputs})
    return {number: names.take(parameter) for number, (_, parameter) in body.live.items()}


def live_arguments(body: Body) -> tuple[str, ...]:
    """They, as arguments; what adapts itself stays on the device."""
    return tuple(f"{name}: {_kind_of(number)}" for number, name in live_names(body).items())


def _kind_of(number: Changing) -> str:
    if isinstance(number, Adaptive):
        return "Tensor"
    return "int" if number == LEVEL else "float"


def write_body(
    body: Body,
    imports: Imports,
    instances: Instances,
    shared: Common,
    attributes: Mapping[Chain, str] | None = None,
) -> tuple[list[str], list[str]]:
    """The statements that make a body's modules, and those of its forward pass.

    shared: how the weights of the whole network start; what differs is said where layers are made.
    """
    formulas = attributes is not None
    attributes = attributes or _attributes(body, find_chains(body, {}))
    made = [
        f"self.{name} = {_modules(body, chain, imports, instances, shared, formulas)}"
        for chain, name in attributes.items()
    ]
    return made, _forward(body, attributes, imports)


def _attributes(body: Body, chains: list[Chain]) -> dict[Chain, str]:
    """A name for each run: its id in the spec, `layers` for the only one, else what it is."""
    names = Namespace(
        {"training", "forward", "modules", "parameters", "buffers", "children", "apply"}
    )
    if len(chains) == 1 and body.nodes[chains[0].last].name is None:
        return {chains[0]: names.take("layers")}
    result = {}
    for chain in chains:
        node = body.nodes[chain.last]
        result[chain] = names.take(node.name or _kind(node, len(chain.nodes)) + _turn(body, node))
    return result


def _turn(body: Body, node: Node) -> str:
    """The turn of its loop, in a network that grows from turn to turn."""
    value = node.turns[-1].value if body.levels and node.turns else None
    return f"_{value}" if isinstance(value, int) else ""


def _kind(node: Node, length: int) -> str:
    if length > 1:
        return "layers"
    operation = node.operation
    if isinstance(operation, Layer):
        return operation.block.identifier
    return str(getattr(operation, "name", "layer")).replace("-", "_")


def _modules(
    body: Body,
    chain: Chain,
    imports: Imports,
    instances: Instances,
    shared: Common,
    formulas: bool,
) -> str:
    """The call that makes the modules of a run.

    formulas: whether sizes of a loop may be formulas; those of a composite block become arguments.
    """
    items: list[str] = []
    turns: list[tuple[Turn, ...]] = []
    before: Node | None = None
    for index in chain.nodes:
        node = body.nodes[index]
        items.extend(_items(body, node, before, imports, instances, shared))
        turns.extend([node.turns] * (len(items) - len(turns)))
        before = node
    if len(items) == 1:
        return items[0]
    imports.use("nn.Sequential")
    parts = [loop.text for loop in in_loops(items, turns if formulas else None)]
    return f"nn.Sequential({', '.join(parts)},)"


def _items(
    body: Body,
    node: Node,
    before: Node | None,
    imports: Imports,
    instances: Instances,
    shared: Common,
) -> list[str]:
    """The modules of a node; a block may need several, given as a `nn.Sequential` call that is
    opened.
    """
    operation = node.operation
    if isinstance(operation, Composite):
        return [instances[id(operation.body)]]
    assert isinstance(operation, Layer) and operation.block.module is not None
    shapes = [body.nodes[i].shape for i in node.inputs]
    made = operation.block.module(operation.params, *shapes)
    if _may_overwrite(before) and operation.block.inplace(operation.params):
        made = replace(made, kwargs={**made.kwargs, "inplace": True})
    parts = made.args if made.target == "nn.Sequential" else (made,)
    texts = [write_call(part, imports) for part in parts]
    whole = texts[0] if len(texts) == 1 else f"nn.Sequential({', '.join(texts)})"
    weighted = operation.block.weighted(operation.params, *shapes)
    wrapped = shared.wrapped(whole, operation, imports) if weighted else whole
    return texts if wrapped == whole else [wrapped]


def _may_overwrite(before: Node | None) -> bool:
    """Whether the module before in a run has no more use for its output."""
    operation = before.operation if before is not None else None
    return isinstance(operation, Layer) and operation.block.overwritable


def _forward(body: Body, attributes: Mapping[Chain, str], imports: Imports) -> list[str]:
    """The statements of `forward`; the last one returns."""
    chains = list(attributes)
    reached = body.reached
    inside = {index for chain in chains for index in chain.nodes[:-1]}
    nodes = list(body.nodes)
    modules = {chain.last: f"self.{attributes[chain]}" for chain in chains}
    for chain in chains:
        last, first = nodes[chain.last], nodes[chain.nodes[0]]
        nodes[chain.last] = last._replace(inputs=first.inputs)
    names = Namespace()
    live = live_names(body)
    names.reserve(live.values())
    needed = sorted(i for i in reached if i not in inside)
    last_use: dict[int, float] = {i: index for index in needed for i in nodes[index].inputs}
    last_use |= dict.fromkeys(body.outputs.values(), math.inf)
    writer = Writer(
        tuple(nodes),
        imports,
        names,
        modules,
        last_use=last_use,
        number=lambda number, wanted: live[number],
        levels=body.levels,
        all_levels=_all_levels(body),
        indexed=indexed(body),
    )
    for base in dict.fromkeys(text.partition("[")[0] for text in writer.indexed.values()):
        names.reserve([base])
        writer.lines.append(f"{base}: dict[int, Tensor] = {{}}")
    for name, index in body.inputs.items():
        names.reserve([name])
        writer.known[index] = (name, ATOM)
    writer.write(needed, _named(body, nodes, needed, modules))
    return [*writer.lines, f"return {_result(body, writer)}"]


def _all_levels(body: Body) -> frozenset[int]:
    """The levels of a network that grows."""
    choices = (n.operation.levels for n in body.nodes if isinstance(n.operation, ByLevel))
    listed = (level for levels in choices for some in levels for level in some)
    return frozenset(listed).union(*body.levels.values())


def _named(
    body: Body, nodes: list[Node], needed: list[int], modules: Mapping[int, str]
) -> set[int]:
    """The values that get a name: those used often, and modules' results in larger bodies."""
    uses = Counter(i for index in needed for i in nodes[index].inputs)
    uses.update(body.outputs.values())
    outputs = set(body.outputs.values())
    named = set()
    for index in needed:
        node = nodes[index]
        if isinstance(node.operation, Source) or _is_at_hand(nodes, index, uses):
            continue
        is_module = has_module(node) and index in modules
        only_output = index in outputs and uses[index] == 1 and len(outputs) == 1
        larger = isinstance(node.operation, Pack | ByLevel) or (is_module and len(needed) > 4)
        if uses[index] > 1 or (larger and not only_output):
            named.add(index)
    return named


def _is_at_hand(nodes: list[Node], index: int, uses: Counter[int]) -> bool:
    """Whether a value is an element of a list that has a name: `w[0]` needs none of its own."""
    if not isinstance(nodes[index].operation, Item):
        return False
    of = nodes[index].inputs[0]
    return isinstance(nodes[of].operation, Source) or uses[of] > 1


def _result(body: Body, writer: Writer) -> str:
    if set(body.outputs) == {""}:
        return writer.text(body.outputs[""])
    items = ", ".join(f"{name!r}: {writer.text(i)}" for name, i in body.outputs.items())
    return f"{{{items}}}"


def typed_inputs(body: Body) -> tuple[tuple[str, str], ...]:
    """What `forward` takes: names and types."""
    return tuple((name, type_of(body.nodes[i].shape)) for name, i in body.inputs.items())


def returned_type(body: Body) -> str:
    """The type that `forward` gives."""
    if set(body.outputs) != {""}:
        return "dict[str, Tensor]"
    return type_of(body.result)


def _summary(body: Body) -> str:
    given = [f"{name} {_shape(body.nodes[index])}" for name, index in body.inputs.items()]
    if set(body.outputs) == {""}:
        return f"{', '.join(given)} to {_shape(body.nodes[body.outputs['']])}."
    made = [f"{name} {_shape(body.nodes[index])}" for name, index in body.outputs.items()]
    return f"{', '.join(given)} to {', '.join(made)}."


def _shape(node: Node) -> str:
    if isinstance(node.shape, Tensor):
        return (
            str(node.shape) if node.shape.classes else f"({', '.join(map(str, node.shape.shape))})"
        )
    return str(node.shape)
