"""The grid of mixed styles: what `ganforge sample --styles` shows of a generator that has them.

Karras et al. 2018, https://arxiv.org/abs/1812.04948, figure 3: above the latents that give most
styles, at the left those of which some are copied.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ganforge.errors import CannotStart
from ganforge.graph import Graph
from ganforge.graph.nodes import Apply, Item, NetworkCall, Source, upstream
from ganforge.plan import Plan
from ganforge.plugins.shapes import TensorList
from ganforge.runs.loading import Loaded


@dataclass(frozen=True)
class _Mixed:
    """What training mixes: two lists of styles and the network that takes them, as nodes."""

    kept: int
    copied: int
    call: int
    mix: int
    function: str


def mixing_grid(plan: Plan, start: int, end: int | None) -> tuple[str, ...]:
    """The overrides of `[sample]` for styles from `start` up to `end`.

    Raises `CannotStart` where the model mixes no styles.
    """
    graph = plan.graph
    mixed = _found(graph)
    _check_range(graph, mixed.kept, start)
    kept, copied = _written(graph, mixed.kept), _written(graph, mixed.copied)
    stop = "" if end is None else f", end={end}"
    chosen = f"{mixed.function}({kept}, {copied}, start={start}{stop})"
    made = [_written(graph, mixed.call, {mixed.mix: styles}) for styles in (copied, chosen, kept)]
    rows, columns = _latent(graph, mixed.copied), _latent(graph, mixed.kept)
    return (
        f"sample.images={json.dumps(made)}",
        f"sample.rows={{ of = {json.dumps(rows)} }}",
        f"sample.columns={{ of = {json.dumps(columns)} }}",
    )


def _found(graph: Graph) -> _Mixed:
    for mix, node in enumerate(graph.nodes):
        if not isinstance(node.operation, Apply) or not node.operation.block.chosen_by:
            continue
        takers = (i for i, other in enumerate(graph.nodes) if mix in other.inputs)
        calls = [i for i in takers if isinstance(graph.nodes[i].operation, NetworkCall)]
        if calls:
            function = node.operation.block.chosen_by.replace("-", "_")
            return _Mixed(node.inputs[0], node.inputs[1], calls[0], mix, function)
    raise CannotStart(f"`{graph.spec.gan.name}` mixes no styles: leave `--styles` out")


def _check_range(graph: Graph, index: int, start: int) -> None:
    shape = graph.nodes[index].shape
    count = len(shape.items) if isinstance(shape, TensorList) else 1
    if start >= count:
        text = f"there is no style {start}: the generator takes {count}, from 0 to {count - 1}"
        raise CannotStart(f"{text}: copy those, such as `--styles {count // 2}-{count - 1}`")


def check_styles(loaded: Loaded, start: int, end: int | None) -> None:
    """Raises `CannotStart` where the generator, as far as a run has grown, takes none of the styles
    from `start` up to `end`: copying them would show nothing.
    """
    place, stages = getattr(loaded.state, "place", 0), loaded.graph.stages
    graph = stages[place] if stages else loaded.graph
    used = _used(graph, _found(graph))
    if not used or used & set(range(start, max(used) + 1 if end is None else end)):
        return
    told = ", ".join(map(str, sorted(used)))
    grown = f" in the stage `{graph.spec.stage.name}`" if graph.spec.stage else ""
    text = f"the generator takes none of these styles{grown}, but those of the numbers {told}"
    raise CannotStart(f"{text}: copy others, such as `--styles {min(used)}-{max(used)}`")


def _used(graph: Graph, mixed: _Mixed) -> set[int]:
    """The numbers of the styles that the generator takes out of the list."""
    node, shape = graph.nodes[mixed.call], graph.nodes[mixed.mix].shape
    assert isinstance(node.operation, NetworkCall)
    body = graph.networks[node.operation.network].body
    given = list(body.inputs.values())[node.inputs.index(mixed.mix)]
    takers = [body.nodes[i].operation for i in body.reached if given in body.nodes[i].inputs]
    if all(isinstance(operation, Item) for operation in takers):
        return {operation.index for operation in takers if isinstance(operation, Item)}
    return set(range(len(shape.items) if isinstance(shape, TensorList) else 1))


def _written(graph: Graph, index: int, instead: dict[int, str] | None = None) -> str:
    """A tensor as wiring: its name, or the call of a network."""
    node = graph.nodes[index]
    if instead and index in instead:
        return instead[index]
    if isinstance(node.operation, NetworkCall) and (instead or node.name is None):
        given = ", ".join(_written(graph, i, instead) for i in node.inputs)
        return f"{node.operation.network}({given})"
    if node.name is None:
        raise CannotStart("`--styles` needs names for what is mixed: give it lines of `[flow]`")
    return node.name


def _latent(graph: Graph, index: int) -> str:
    """The latent that styles are made from."""
    sources = (graph.nodes[i].operation for i in sorted(upstream(graph.nodes, [index])))
    names = [op.name for op in sources if isinstance(op, Source) and op.role == "latent"]
    if len(names) != 1:
        told = " and ".join(f"`{name}`" for name in names) or "no latent"
        raise CannotStart(f"`--styles` needs styles of one latent each, and these are of {told}")
    return names[0]
