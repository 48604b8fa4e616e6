"""One layer's table: the block's parameters, and the norm and activation that stand behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from ganforge.diagnostics.suggest import did_you_mean, nearest
from ganforge.document import Path
from ganforge.formula.errors import UnknownShapeError
from ganforge.formula.evaluate import Scope
from ganforge.graph.nodes import Initializer, Layer, Parametrizer
from ganforge.plugins.declarations import Block, Init, Parametrization
from ganforge.plugins.params import Initialized, Params, Weighted
from ganforge.spec.validate import read

if TYPE_CHECKING:
    from ganforge.graph.frame import Frame

T = TypeVar("T", Init, Parametrization)

LAYER_KEYS = ("block", "id", "from", "side", "when")
INPUT_KEYS = ("norm", "act")


def read_layer(
    block: Block, own: dict[str, Any], frame: Frame, scope: Scope, path: Path
) -> list[Layer] | None:
    """The layer and what its `norm` and `act` add, in order; None after reporting what is wrong."""
    values, origins = _with_defaults(block, own, frame)
    extra = (*LAYER_KEYS, *(name.removesuffix("?") for name in block.inputs[1:]))
    params = read(
        block.params, values, path, scope, frame.findings, extra_keys=extra, origins=origins
    )
    if params is None:
        _check_parts(block, values, frame, scope, path, origins)
        return None
    followers = _followers(params, frame, scope, path)
    if isinstance(params, Weighted) and params.bias is None:
        shift = any(layer.block.shift(layer.params) for layer in (followers or [])[:1])
        params = params.model_copy(update={"bias": not shift})
    layer = _started(block, params, frame, scope, path, origins)
    if block.module is not None and layer.live:
        _refuse_live(layer, frame, path, origins)
        return None
    return None if followers is None else [layer, *followers]


def _refuse_live(layer: Layer, frame: Frame, path: Path, origins: Mapping[str, Path]) -> None:
    """GF113 for a live number of a block that is made once, before training."""
    name = next(iter(layer.live))
    message = f"`{name}` of `{layer.block.name}` is fixed before training"
    help = "write a number, or a formula without what counts training"
    frame.findings.add("GF113", origins.get(name, (*path, name)), message, help)


def _followers(params: Params, frame: Frame, scope: Scope, path: Path) -> list[Layer] | None:
    """What `norm` and `act` add, both looked at before one that is wrong counts."""
    if not isinstance(params, Weighted):
        return []
    norm = _follower(params.norm, "norm", "-norm", frame, scope, path)
    act = _follower(params.act, "act", "", frame, scope, path)
    return None if norm is None or act is None else norm + act


def _check_parts(
    block: Block,
    values: Mapping[str, Any],
    frame: Frame,
    scope: Scope,
    path: Path,
    origins: Mapping[str, Path],
) -> None:
    """What is wrong with the norm, activation, init and weights of a layer whose other parameters
    are wrong: its mistakes are told at once.
    """
    for key in ("norm", "act", "init", "weights"):
        if key in block.params.model_fields and key in values:
            try:
                part = Weighted.model_validate({key: values[key]}, context=scope)
            except (ValidationError, UnknownShapeError):
                continue
            _followers(part, frame, scope, path)
            _started(block, part, frame, scope, path, origins)


def _started(
    block: Block,
    params: Params,
    frame: Frame,
    scope: Scope,
    path: Path,
    origins: Mapping[str, Path],
) -> Layer:
    """The layer, with how its weights start and how they are parametrised."""
    initializer = _initializer(params, frame, scope, origins.get("init", (*path, "init")))
    if not isinstance(params, Initialized):
        return Layer(block, params, initializer)
    parametrizer = frame.parametrizer
    if params.weights is not None:
        where = origins.get("weights", (*path, "weights"))
        parametrizer = _read_weights(params.weights, frame, scope, where)
    if parametrizer is not None and parametrizer.parametrization.starts:
        initializer = None
    return Layer(block, params, initializer, True, parametrizer)


def _with_defaults(
    block: Block, own: Mapping[str, Any], frame: Frame
) -> tuple[dict[str, Any], dict[str, Path]]:
    """A block's parameters over the table's defaults, and where those defaults were written."""
    if not frame.table.defaults:
        return dict(own), {}
    blocks = frame.context.registry.blocks
    named = (n for n in frame.table.defaults if "/" in n and blocks.get(n) is block)
    bare = block.name if blocks.get(block.name) is block else ""
    name = next(named, bare)
    defaults = frame.table.defaults.get(name, {})
    where = (*frame.path, "defaults", name)
    return {**defaults, **own}, {key: (*where, key) for key in defaults if key not in own}


def check_defaults(frame: Frame) -> None:
    """GF801 for defaults of a block that does not exist."""
    known = [*frame.context.registry.blocks, *frame.context.spec.blocks]
    known += [name for name in frame.table.defaults if name in frame.context.registry.blocks]
    written = frame.findings.document.values.get("blocks", {})
    for name in frame.table.defaults:
        where = (*frame.path, "defaults", name)
        if frame.context.registry.explains("block", name):
            frame.findings.missing(frame.context.registry.missing("block", name), where)
        elif name not in known and name not in written:
            help = did_you_mean(name, known, "block", of="block")
            frame.findings.add("GF801", where, f"there is no block `{name}`", help, key=True)


def _as_table(word: str, params: Mapping[str, type[Params]]) -> str | None:
    """How `leaky-relu(0.1)` is written, a word with parameters in parentheses."""
    called = re.fullmatch(r"([\w-]+)\((.*)\)", word)
    kind = nearest(called[1], params) if called else None
    if called is None or kind is None or not params[kind].model_fields:
        return None
    name, value = next(iter(params[kind].model_fields)), "..."
    if re.fullmatch(r"[\d.e-]+", called[2]):
        value = called[2]
    return f'parameters stand in a table: `{{ kind = "{kind}", {name} = {value} }}`'


def _follower(
    reference: dict[str, Any], key: str, suffix: str, frame: Frame, scope: Scope, path: Path
) -> list[Layer] | None:
    kind = reference["kind"]
    if kind == "none":
        return []
    blocks = frame.context.registry.blocks
    block = blocks.get(kind + suffix)
    where = (*path, key)
    if block is None:
        known = ["none", *(n.removesuffix(suffix) for n in blocks if n.endswith(suffix))]
        message = f"no {'norm' if suffix else 'activation'} is called `{kind}`"
        registry = frame.context.registry
        if registry.explains("block", kind + suffix):
            frame.findings.missing(registry.missing("block", kind + suffix), where)
        else:
            tables = {n: b.params for n in known if (b := blocks.get(n + suffix)) is not None}
            if kind in scope.names and isinstance(scope.names[kind], str):
                help = f'a param is inserted in braces: `{key} = "{{{kind}}}"`'
            else:
                help = _as_table(kind, tables) or did_you_mean(kind, known, of=key)
            frame.findings.add("GF801", where, message, help)
        return None
    if len([name for name in block.inputs if not name.endswith("?")]) > 1:
        message = f"`{block.name}` takes more than one tensor, and `{key}` gives it one"
        help = f'write it as a layer of its own: `{{ block = "{block.name}", ... }}`'
        frame.findings.add("GF204", where, message, help)
        return None
    own = {name: value for name, value in reference.items() if name != "kind"}
    values, origins = _with_defaults(block, own, frame)
    params = read(
        block.params, values, where, scope, frame.findings, extra_keys=("kind",), origins=origins
    )
    if params is None:
        return None
    return [_started(block, params, frame, scope, where, origins)]


def _initializer(params: Params, frame: Frame, scope: Scope, path: Path) -> Initializer | None:
    """The layer's own init, else the network's."""
    own = params.init if isinstance(params, Initialized) else None
    if own is not None:
        return _read_init(own, frame, scope, path)
    return frame.initializer


def network_init(frame: Frame) -> Initializer | None:
    """The network's own `init`, which holds for all its layers, those of composite blocks too."""
    if frame.owner.init is None:
        return None
    return _read_init(frame.owner.init, frame, frame.context.spec.scope, (*frame.path, "init"))


def _read_init(
    reference: dict[str, Any], frame: Frame, scope: Scope, path: Path
) -> Initializer | None:
    found = _declared("init", frame.context.registry.inits, reference, frame, scope, path)
    return Initializer(*found) if found is not None else None


def network_weights(frame: Frame) -> Parametrizer | None:
    """The network's own `weights`, which hold for all its layers, like its `init`."""
    where = (*frame.path, "weights")
    return _read_weights(frame.owner.weights, frame, frame.context.spec.scope, where)


def _read_weights(
    reference: dict[str, Any], frame: Frame, scope: Scope, path: Path
) -> Parametrizer | None:
    """None where weights are learned as they are, or after reporting what is wrong."""
    known = frame.context.registry.weights
    found = _declared("parametrisation", known, reference, frame, scope, path)
    return Parametrizer(*found) if found is not None and found[0].function else None


def _declared(
    what: str,
    known: Mapping[str, T],
    reference: dict[str, Any],
    frame: Frame,
    scope: Scope,
    path: Path,
) -> tuple[T, Params] | None:
    """The declaration that a reference names, and its parameters; None after reporting what is
    wrong.
    """
    declaration = known.get(reference["kind"])
    if declaration is None:
        missing = frame.context.registry.missing(what, reference["kind"])
        help = _as_table(reference["kind"], {n: d.params for n, d in known.items()})
        frame.findings.missing(replace(missing, help=help or missing.help), path)
        return None
    own = {name: value for name, value in reference.items() if name != "kind"}
    params = read(declaration.params, own, path, scope, frame.findings, extra_keys=("kind",))
    return None if params is None else (declaration, params)
