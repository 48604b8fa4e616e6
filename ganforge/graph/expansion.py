"""From a table of layers to nodes: loops, conditions, ids, composite blocks and shapes in one walk.

Formulas may ask for the shape of what stands before them, so expanding and inferring cannot be
apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ganforge.diagnostics.diagnostic import Label
from ganforge.diagnostics.suggest import did_you_mean, nearest
from ganforge.document import Path
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import Scope, Value, evaluate, shown
from ganforge.formula.parse import parse_formula
from ganforge.graph.layers import (
    LAYER_KEYS,
    check_defaults,
    network_init,
    plain_weights,
    read_layer,
)
from ganforge.graph.nodes import Body, Bundle, Composite, Initializer, Layer, Nodes, Source
from ganforge.graph.wiring import Keyed, Named, Wiring, infer
from ganforge.plugins.declarations import Block
from ganforge.plugins.params import insert
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Shape, ShapeError
from ganforge.spec.findings import Findings
from ganforge.spec.models import BlockTable, NetworkTable, Spec
from ganforge.spec.names import check_name
from ganforge.spec.params import check_value, declared_value, resolve_params
from ganforge.spec.planned import BLOCKS, planned, refuse

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
    """What all expansions of one spec share."""

    spec: Spec
    registry: Registry
    findings: Findings
    bodies: dict[object, tuple[Body, int]] = field(default_factory=dict)


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
    nodes: Nodes = field(default_factory=Nodes)
    tensors: dict[str, Named] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    prev: int = 0
    looped: list[tuple[str, Any]] = field(default_factory=list)
    ids: dict[str, Path] = field(default_factory=dict)
    bound: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wiring = Wiring(
            self.nodes,
            self.context.registry.blocks,
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
        """Params, loop variables, and the shapes of the tensors in scope."""
        names = {**self.scope.names, **dict(self.looped)}
        return replace(self.scope, names=names, tensors=Shapes(self))


class Shapes(Mapping[str, Shape]):
    """The shapes of the tensors in scope, looked up when a formula asks."""

    def __init__(self, frame: Frame) -> None:
        self._frame, self._prev = frame, frame.prev

    def __getitem__(self, name: str) -> Shape:
        value = self._prev if name == "prev" else self._frame.tensors[name]
        shape = self._frame.nodes.shape(value) if isinstance(value, int) else None
        return None if isinstance(shape, Bundle) else shape

    def __contains__(self, name: object) -> bool:
        return name == "prev" or name in self._frame.tensors

    def __iter__(self) -> Iterator[str]:
        return iter([*self._frame.tensors, "prev"])

    def __len__(self) -> int:
        return len(self._frame.tensors) + 1


def expand_network(
    context: Context, path: Path, table: NetworkTable, shapes: tuple[Shape, ...]
) -> Body:
    """The body of a network for inputs of these shapes."""
    frame = Frame(context, table, path, table, context.spec.scope, Budget())
    check_defaults(frame)
    frame.initializer = network_init(frame)
    plain_weights(table.weights, frame, (*path, "weights"))
    return _expand(frame, dict(zip(table.inputs, shapes, strict=True)))


def _expand(frame: Frame, inputs: Mapping[str, Shape]) -> Body:
    indices = {}
    for name, shape in inputs.items():
        indices[name] = frame.nodes.add(
            Source(name, "input"), (), shape, (*frame.path, "inputs"), name=name
        )
        frame.tensors[name] = indices[name]
    frame.prev = next(iter(indices.values()))
    _layers(frame, frame.table.layers, (*frame.path, "layers"), 0)
    outputs = _outputs(frame, indices)  # wiring may add nodes
    return Body(tuple(frame.nodes.items), indices, outputs)


def _outputs(frame: Frame, inputs: Mapping[str, int]) -> dict[str, int]:
    outputs = frame.table.outputs
    frame.wiring.scope = frame.current_scope()
    if outputs is None:
        return {"": frame.prev}
    path = (*frame.path, "outputs")
    if isinstance(outputs, str):
        return {"": frame.wiring.lower(outputs, path)}
    result = {}
    for name, text in outputs.items():
        if check_name(name, (*path, name), frame.findings):
            result[name] = frame.wiring.lower(text, (*path, name))
    return result or {"": frame.prev}


def _layers(frame: Frame, layers: list[dict[str, Any]], path: Path, nesting: int) -> None:
    if frame.depth + nesting > MAX_NESTING:
        frame.findings.add("GF118", path, f"loops are nested more than {MAX_NESTING} deep")
        return
    for k, layer in enumerate(layers):
        if "for" in layer or "in" in layer:
            _loop(frame, layer, (*path, k), nesting)
        else:
            _layer(frame, layer, (*path, k))


def _loop(frame: Frame, layer: dict[str, Any], path: Path, nesting: int) -> None:
    variable, items = _loop_head(frame, layer, path)
    if variable is None:
        return
    body = layer.get("layers")
    if not isinstance(body, list) or not all(isinstance(item, dict) for item in body):
        help = "write `layers = [{ block = ... }]`"
        frame.findings.add("GF111", path, "a loop needs `layers`, a list of layers", help)
        return
    made: dict[str, dict[Any, int]] = {}
    for item in items:
        frame.budget.turn(path, frame.findings)
        frame.looped.append((variable, item))
        start = len(frame.bound)
        _layers(frame, body, (*path, "layers"), nesting + 1)
        for name in frame.bound[start:]:
            value = frame.tensors[name]
            if isinstance(value, int):
                made.setdefault(name, {})[_key(item)] = value
                frame.tensors[name] = Keyed(variable, made[name])
        frame.looped.pop()


def _key(item: Value) -> Any:
    """A loop's value as the key of `down[k]`."""
    return repr(item) if isinstance(item, list) else item


def _loop_head(frame: Frame, layer: dict[str, Any], path: Path) -> tuple[str | None, list[Any]]:
    findings = frame.findings
    for key in layer:
        if key not in ("for", "in", "layers", "when"):
            help = "a loop has `for`, `in`, `layers` and `when`"
            findings.add("GF102", (*path, key), f"unknown key `{key}` in a loop", help, key=True)
    variable, text = layer.get("for"), layer.get("in")
    if not isinstance(variable, str) or text is None:
        findings.add(
            "GF111",
            path,
            "a loop needs `for` and `in`",
            'write { for = "i", in = "range(4)", ... }',
        )
        return None, []
    if not check_name(variable, (*path, "for"), findings, key=False):
        return None, []
    if variable in frame.scope.names or variable in frame.tensors or variable in dict(frame.looped):
        message = f"the loop variable `{variable}` hides another name"
        findings.add("GF208", (*path, "for"), message, "choose another variable")
        return None, []
    if not _when(frame, layer, path):
        return None, []
    items = _items(frame, text, (*path, "in"))
    return (variable, items) if items is not None else (None, [])


def _items(frame: Frame, text: object, path: Path) -> list[Any] | None:
    """What a loop runs over; None after reporting what is wrong."""
    if isinstance(text, list):
        items: Any = [_formula(frame, item, (*path, k)) for k, item in enumerate(text)]
        if None in items:
            return None
    else:
        items = _formula(frame, text, path)
    if isinstance(items, list) and not any(isinstance(item, dict) for item in items):
        return items
    if items is not None:
        message = f"a loop runs over a list of numbers, not {shown(items)}"
        frame.findings.add("GF114", path, message, 'such as "range(4)"')
    return None


def _formula(frame: Frame, text: object, path: Path) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return evaluate(parse_formula(text), frame.current_scope(), text)
    except FormulaError as error:
        frame.findings.formula(error, path)
    except UnknownShapeError:
        pass
    return None


def _when(frame: Frame, layer: Mapping[str, Any], path: Path) -> bool:
    if "when" not in layer:
        return True
    value = _formula(frame, layer["when"], (*path, "when"))
    if value is not None and not isinstance(value, bool):
        message = f"`when` must be true or false, and this is {shown(value)}"
        frame.findings.add("GF114", (*path, "when"), message, 'compare: `when = "i > 0"`')
        return True
    return value is not False


def _layer(frame: Frame, layer: dict[str, Any], path: Path) -> None:
    frame.budget.spend(path, frame.findings)
    name = layer.get("id")
    if name is not None and not _id(frame, name, path):
        name = None
    if not _when(frame, layer, path):
        if name is not None:
            frame.left_out.add(name)
        return
    first = frame.prev
    frame.wiring.scope = scope = frame.current_scope()
    if "from" in layer and not isinstance(layer["from"], str):
        help = 'write `from = "x"`'
        frame.findings.add("GF114", (*path, "from"), "`from` must be wiring in quotes", help)
        first = frame.nodes.unknown(path)
    elif "from" in layer:
        first = frame.wiring.lower(layer["from"], (*path, "from"))
    result = _result(frame, layer, first, scope, path)
    if name is not None:
        frame.tensors[name] = result
        frame.bound.append(name)
        frame.nodes.rename(result, name)
    elif isinstance(layer.get("id"), str):
        frame.tensors.setdefault(layer["id"], result)  # a bad id is reported; its uses are not
    if not _side(frame, layer, path):
        frame.prev = result


def _side(frame: Frame, layer: Mapping[str, Any], path: Path) -> bool:
    value = layer.get("side", False)
    if not isinstance(value, bool):
        frame.findings.add("GF114", (*path, "side"), "`side` must be true or false")
    return value is True


def _id(frame: Frame, name: object, path: Path) -> bool:
    where = (*path, "id")
    if not isinstance(name, str):
        frame.findings.add("GF114", where, "an id is a word")
        return False
    if not check_name(name, where, frame.findings, key=False):
        return False
    first = frame.ids.setdefault(name, path)
    taken = name in [text.removesuffix("?") for text in frame.table.inputs]
    if first != path or taken:
        where_first = (*frame.path, "inputs") if taken else (*first, "id")
        span = frame.findings.document.span(where_first)
        related = (Label(span, "first used here"),) if span else ()
        message = f"the id `{name}` is used twice in one network"
        frame.findings.add("GF209", where, message, "ids are unique in a network", related=related)
        return False
    return True


def _result(frame: Frame, layer: dict[str, Any], first: int, scope: Scope, path: Path) -> int:
    block = layer.get("block")
    if block is None:
        if "from" not in layer:
            frame.findings.add(
                "GF111", path, "a layer needs `block` or `from`", 'write { block = "conv", ... }'
            )
            return frame.nodes.unknown(path)
        _no_more_keys(frame, layer, path)
        return first
    if not isinstance(block, str):
        frame.findings.add("GF114", (*path, "block"), "`block` must be a word")
        return frame.nodes.unknown(path)
    try:
        block = insert(block, scope)
    except FormulaError as error:
        frame.findings.formula(error, (*path, "block"))
        return frame.nodes.unknown(path)
    except UnknownShapeError:
        return frame.nodes.unknown(path)
    if block in frame.context.spec.blocks:
        return _composite(frame, block, layer, first, scope, path)
    if block not in frame.context.registry.blocks:
        _unknown_block(frame, block, (*path, "block"))
        return frame.nodes.unknown(path)
    return _block(frame, frame.context.registry.blocks[block], layer, first, scope, path)


def _unknown_block(frame: Frame, block: str, path: Path) -> None:
    if block in _tables(frame, "blocks"):
        return
    if block in BLOCKS:
        refuse(frame.findings, path, f"the block `{block}`")
        return
    own = nearest(block, list(frame.context.spec.blocks))
    unlocated = frame.context.registry.missing("block", block)
    if own is not None:
        unlocated = replace(unlocated, help=f"did you mean `{own}`?")
    frame.findings.missing(unlocated, path)


def _tables(frame: Frame, name: str) -> Mapping[str, Any]:
    """A table of the document as it was written, whether or not it could be read."""
    table = frame.findings.document.values.get(name)
    return table if isinstance(table, dict) else {}


def _no_more_keys(frame: Frame, layer: Mapping[str, Any], path: Path) -> None:
    for key in layer:
        if key not in LAYER_KEYS:
            help = "a layer without `block` has `id`, `from`, `side` and `when`"
            frame.findings.add("GF102", (*path, key), f"unknown key `{key}`", help, key=True)


def _extra_inputs(
    frame: Frame, names: list[str], layer: Mapping[str, Any], block: str, path: Path
) -> dict[str, int] | None:
    """The further inputs of a block, which are keys of its layer."""
    inputs: dict[str, int] = {}
    for name in names:
        key, optional = name.removesuffix("?"), name.endswith("?")
        if key not in layer:
            if optional:
                continue
            frame.findings.add(
                "GF111", path, f"`{block}` needs the input `{key}`", f'write `{key} = "..."`'
            )
            return None
        if not isinstance(layer[key], str):
            frame.findings.add("GF114", (*path, key), f"`{key}` must be wiring in quotes")
            return None
        inputs[key] = frame.wiring.lower(layer[key], (*path, key))
    return inputs


def _block(
    frame: Frame, block: Block, layer: dict[str, Any], first: int, scope: Scope, path: Path
) -> int:
    extra = [name for name in block.inputs[1:] if not name.startswith("*")]
    if block.inputs and block.inputs[0].startswith("*"):
        message = f"`{block.name}` takes several tensors, and a layer has one"
        name = block.name.replace("-", "_")
        help = f'call it in wiring: `from = "{name}(x, prev)"`'
        frame.findings.add("GF204", (*path, "block"), message, help)
        return frame.nodes.unknown(path)
    inputs = _extra_inputs(frame, extra, layer, block.name, path)
    own = {
        k: v
        for k, v in layer.items()
        if k not in LAYER_KEYS and k not in [e.removesuffix("?") for e in extra]
    }
    steps = read_layer(block, own, frame, scope, path)
    if inputs is None or steps is None:
        return frame.nodes.unknown(path)
    value = first
    arguments: tuple[int, ...] = (first, *inputs.values())
    for step in steps:
        value = _add(frame, step, arguments, path)
        arguments = (value,)
    return value


def _add(frame: Frame, layer: Layer, inputs: tuple[int, ...], path: Path) -> int:
    shapes = [frame.nodes.shape(i) for i in inputs]
    try:
        shape = infer(layer.block, layer.params, shapes)
    except ShapeError as error:
        frame.findings.add(
            error.code, path, error.message, error.help, related=frame.wiring.ends(inputs)
        )
        return frame.nodes.unknown(path)
    if layer.block.infer is None and all(s is not None for s in shapes):
        what = f"the block `{layer.block.name}`, whose plugin does not declare `infer`,"
        help = "ask its author for `infer`, or use a later version"
        frame.findings.add("GF117", path, planned(what), help)
        return frame.nodes.unknown(path)
    return frame.nodes.add(layer, inputs, shape, path)


def _composite(
    frame: Frame, name: str, layer: dict[str, Any], first: int, scope: Scope, path: Path
) -> int:
    table = frame.context.spec.blocks[name]
    layer = {**frame.table.defaults.get(name, {}), **layer}
    if name in frame.parents:
        chain = " → ".join((*frame.parents[frame.parents.index(name) :], name))
        message = f"the block `{name}` contains itself: {chain}"
        frame.findings.add("GF210", (*path, "block"), message, "a block is made of other blocks")
        return frame.nodes.unknown(path)
    if frame.depth >= MAX_NESTING:
        message = f"blocks and loops are nested more than {MAX_NESTING} deep"
        frame.findings.add("GF118", (*path, "block"), message, "write fewer levels of blocks")
        return frame.nodes.unknown(path)
    inputs = _extra_inputs(frame, table.inputs[1:], layer, name, path)
    keys = [n.removesuffix("?") for n in table.inputs[1:]]
    given = _given(frame, table, layer, (*LAYER_KEYS, *keys), name, path)
    if inputs is None or given is None:
        return frame.nodes.unknown(path)
    arguments = {table.inputs[0]: first, **inputs}
    shapes = {n: _tensor(frame.nodes.shape(i)) for n, i in arguments.items()}
    if any(shape is None for shape in shapes.values()):
        return frame.nodes.unknown(path)
    before, used = len(frame.findings.items), frame.findings.document.span(path)
    body = _instance(frame, name, table, shapes, given, path)
    if used is not None and not frame.parents:
        frame.findings.annotate(before, Label(used, f"in this use of `{name}`"))
    if set(body.outputs) != {""}:
        message = (
            f"the block `{name}` has named outputs, which this version of ganforge does not build"
        )
        frame.findings.add("GF117", ("blocks", name, "outputs"), message, "give it one output")
        return frame.nodes.unknown(path)
    return frame.nodes.add(
        Composite(name, given, body), tuple(arguments.values()), body.result, path
    )


def _tensor(shape: Any) -> Shape:
    return None if isinstance(shape, Bundle) else shape


def _given(
    frame: Frame,
    table: BlockTable,
    layer: Mapping[str, Any],
    known: tuple[str, ...],
    block: str,
    path: Path,
) -> dict[str, Value] | None:
    """The parameters that a layer gives to a composite block, computed in the layer's scope."""
    given: dict[str, Value] = {}
    for key, value in layer.items():
        if key in known:
            continue
        declared = table.params.get(key)
        if key not in table.params:
            help = did_you_mean(key, [*table.params, *known])
            frame.findings.add(
                "GF102", (*path, key), f"`{block}` has no parameter `{key}`", help, key=True
            )
            return None
        computed = _argument(frame, declared, value, (*path, key))
        if computed is None or not check_value(declared, computed, (*path, key), frame.findings):
            return None
        given[key] = computed
    for key, declared in table.params.items():
        if key not in given and isinstance(declared, dict) and "default" not in declared:
            frame.findings.add("GF111", path, f"`{block}` needs `{key}`", f"write `{key} = ...`")
            return None
    return given


def _argument(frame: Frame, declared: object, value: object, path: Path) -> Value | None:
    """The value that a layer gives to a parameter of a composite block: a word, or a formula's."""
    if isinstance(declared, dict) and isinstance(value, str):
        words = declared.get("choices") if "choices" in declared else [declared.get("default")]
        listed = isinstance(words, list) and any(isinstance(word, str) for word in words)
        if listed or declared.get("type") == "word":
            try:
                return insert(value, frame.current_scope())
            except FormulaError as error:
                frame.findings.formula(error, path)
                return None
    return declared_value(_formula(frame, value, path), path, frame.findings)


def _instance(
    frame: Frame,
    name: str,
    table: BlockTable,
    shapes: Mapping[str, Shape],
    given: dict[str, Value],
    path: Path,
) -> Body:
    """The body of this instance; equal instances are expanded once."""
    key = (name, repr(sorted(given.items())), tuple(shapes.items()), id(frame.owner))
    if key in frame.context.bodies:
        body, layers = frame.context.bodies[key]
        frame.budget.spend(path, frame.findings, layers)
        return body
    before = frame.budget.layers
    spec_scope = frame.context.spec.scope
    where = ("blocks", name)
    inner = replace(spec_scope, tensors=dict(shapes))
    params = resolve_params(table.params, (*where, "params"), frame.findings, given, inner)
    names = {k: v for k, v in spec_scope.names.items() if k not in table.params}
    scope = replace(spec_scope, names=names).without(set(table.params) - set(params))
    inside = Frame(
        frame.context,
        table,
        where,
        frame.owner,
        scope.with_names(params),
        frame.budget,
        (*frame.parents, name),
        frame.depth + 1 + len(frame.looped),
    )
    check_defaults(inside)
    inside.initializer = frame.initializer
    body = _expand(inside, shapes)
    frame.context.bodies[key] = (body, frame.budget.layers - before)
    return body
