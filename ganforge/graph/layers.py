"""One layer's table: the block's parameters, and the norm and activation that stand behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.formula.evaluate import Scope
from ganforge.graph.nodes import Initializer, Layer
from ganforge.plugins.declarations import Block
from ganforge.plugins.params import Initialized, Params, Weighted
from ganforge.spec.validate import read

if TYPE_CHECKING:
    from ganforge.graph.expansion import Frame

LAYER_KEYS = ("block", "id", "from", "side", "when")
INPUT_KEYS = ("norm", "act")


def read_layer(
    block: Block, own: dict[str, Any], frame: Frame, scope: Scope, path: Path
) -> list[Layer] | None:
    """The layer and what its `norm` and `act` add, in order; None after reporting what is wrong."""
    values = {**frame.table.defaults.get(block.name, {}), **own}
    extra = (*LAYER_KEYS, *(name.removesuffix("?") for name in block.inputs[1:]))
    params = read(block.params, values, path, scope, frame.findings, extra_keys=extra)
    if params is None:
        return None
    followers: list[Layer] = []
    if isinstance(params, Weighted):
        for key, suffix in (("norm", "-norm"), ("act", "")):
            follower = _follower(getattr(params, key), key, suffix, frame, scope, path)
            if follower is None:
                return None
            followers.extend(follower)
        if params.bias is None:
            shift = any(layer.block.shift(layer.params) for layer in followers[:1])
            params = params.model_copy(update={"bias": not shift})
    initializer = _initializer(params, frame, scope, path)
    if isinstance(params, Initialized) and not _plain(params, frame, path):
        return None
    return [Layer(block, params, initializer, isinstance(params, Initialized)), *followers]


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
        known = (
            [n.removesuffix(suffix) for n in blocks if n.endswith(suffix)]
            if suffix
            else list(blocks)
        )
        frame.findings.add(
            "GF801", where, f"no {key} is called `{kind}`", did_you_mean(kind, ["none", *known])
        )
        return None
    own = {name: value for name, value in reference.items() if name != "kind"}
    values = {**frame.table.defaults.get(block.name, {}), **own}
    params = read(block.params, values, where, scope, frame.findings, extra_keys=("kind",))
    if params is None:
        return None
    return [
        Layer(
            block, params, _initializer(params, frame, scope, path), isinstance(params, Initialized)
        )
    ]


def _initializer(params: Params, frame: Frame, scope: Scope, path: Path) -> Initializer | None:
    """The layer's own init, else the network's."""
    own = params.init if isinstance(params, Initialized) else None
    reference = own or frame.owner.init
    where = (*path, "init") if own else ("networks",)
    if reference is None:
        return None
    init = frame.context.registry.inits.get(reference["kind"])
    if init is None:
        if own:
            missing = frame.context.registry.missing("init", reference["kind"])
            frame.findings.missing(missing, where)
        return None
    values = {name: value for name, value in reference.items() if name != "kind"}
    read_params = read(init.params, values, where, scope, frame.findings, extra_keys=("kind",))
    return None if read_params is None else Initializer(init, read_params)


def _plain(params: Initialized, frame: Frame, path: Path) -> bool:
    kinds = {params.weights["kind"]: (*path, "weights")}
    owner = frame.owner.weights["kind"]
    if owner != "plain":
        kinds[owner] = ("networks",)
    for kind, where in kinds.items():
        if kind in ("spectral", "equalized"):
            message = (
                f'`weights = "{kind}"` is part of the language, but this version does not build it'
            )
            frame.findings.add("GF117", where, message, "use plain weights")
            return False
        if kind != "plain":
            help = did_you_mean(kind, ["plain", "spectral", "equalized"])
            frame.findings.add("GF110", where, f"weights cannot be `{kind}`", help)
            return False
    return True
