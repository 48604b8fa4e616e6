"""A layer that is a composite block: its parameters, and its layers expanded in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.formula.errors import FormulaError
from ganforge.formula.evaluate import Value
from ganforge.graph.blocks import check_first, extra_inputs
from ganforge.graph.frame import MAX_NESTING, Frame, computed
from ganforge.graph.layers import (
    LAYER_KEYS,
    check_defaults,
)
from ganforge.graph.nodes import Body, Bundle, Composite
from ganforge.plugins.params import insert
from ganforge.plugins.shapes import Shape
from ganforge.spec.keys import meant_key, unknown_key_help
from ganforge.spec.models import BlockTable
from ganforge.spec.params import as_declared, check_value, declared_value, resolve_params

Expand = Callable[[Frame, Mapping[str, Shape]], Body]


def add_composite(
    frame: Frame, name: str, layer: dict[str, Any], first: int, path: Path, expand: Expand
) -> int:
    """The node of an instance; `expand` gives the body of its layers."""
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
    inputs = extra_inputs(frame, table.inputs[1:], layer, name, path)
    keys = [n.removesuffix("?") for n in table.inputs[1:]]
    given = _given(frame, table, layer, (*LAYER_KEYS, *keys), name, path)
    if inputs is None or given is None or not check_first(frame, name, layer, first, path):
        return frame.nodes.unknown(path)
    arguments = {table.inputs[0]: first, **inputs}
    shapes = {n: _tensor(frame.nodes.shape(i)) for n, i in arguments.items()}
    if any(shape is None for shape in shapes.values()):
        return frame.nodes.unknown(path)
    before, used = len(frame.findings.items), frame.findings.document.span(path)
    params, body = _instance(frame, name, table, shapes, given, path, expand)
    if used is not None and not frame.parents:
        frame.findings.annotate(before, Label(used, f"in this use of `{name}`"))
    return frame.nodes.add(
        Composite(name, params, body), tuple(arguments.values()), body.result, path
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
    own = {key: value for key, value in layer.items() if key not in known}
    for key, value in own.items():
        where = (*path, key)
        if key not in table.params:
            message = f"`{block}` has no parameter `{key}`"
            help = unknown_key_help("layer", key, [*table.params, *known])
            frame.findings.add("GF102", where, message, help, key=True)
            continue
        declared = table.params[key]
        argument = as_declared(declared, _argument(frame, declared, value, where))
        if argument is not None and check_value(declared, argument, where, frame.findings):
            given[key] = argument
    misspelled = {meant_key("layer", key, table.params) for key in own if key not in table.params}
    needed = [key for key, value in table.params.items() if _must_be_given(value)]
    for key in needed:
        if key not in own and key not in misspelled:
            frame.findings.add("GF111", path, f"`{block}` needs `{key}`", f"write `{key} = ...`")
    return given if set(own) <= set(given) and set(needed) <= set(given) else None


def _must_be_given(declared: object) -> bool:
    return isinstance(declared, dict) and "default" not in declared


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
    result = computed(frame, value, path)
    return None if result is None else declared_value(result, path, frame.findings)


def _instance(
    frame: Frame,
    name: str,
    table: BlockTable,
    shapes: Mapping[str, Shape],
    given: dict[str, Value],
    path: Path,
    expand: Expand,
) -> tuple[dict[str, Value], Body]:
    """All parameters of this instance, and its body; equal instances are expanded once."""
    context = frame.context
    of_network = context.shared.of_instance(frame.owner, context.spec.scope)
    key = (name, repr(sorted(given.items())), tuple(shapes.items()), of_network)
    known = context.bodies.get(key) or context.shared.instances.get(key)
    if known is not None:
        params, body, layers = known
        frame.budget.spend(path, frame.findings, layers)
        return params, body
    before = frame.budget.layers
    spec_scope = context.spec.scope
    where = ("blocks", name)
    inner = replace(spec_scope, tensors=dict(shapes))
    params = resolve_params(table.params, (*where, "params"), frame.findings, given, inner)
    names = {k: v for k, v in spec_scope.names.items() if k not in table.params}
    scope = replace(spec_scope, names=names).without(set(table.params) - set(params))
    inside = Frame(
        context,
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
    inside.parametrizer = frame.parametrizer
    body = expand(inside, shapes)
    context.bodies[key] = (params, body, frame.budget.layers - before)
    if not context.findings.items:
        context.shared.instances[key] = context.bodies[key]
    return params, body
