"""Practice: what is legal and known to train badly, each with its paper."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.nodes import Body, NetworkCall, Node
from ganforge.graph.passes.blocks import ends_in, has_block, is_spectral
from ganforge.graph.passes.game import listed
from ganforge.graph.passes.gradients import outermost_critic
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings


def check_practice(graph: Graph, findings: Findings) -> None:
    """GF702, GF703, GF704, GF711, GF712 and GF717."""
    _check_ranges(graph, findings)
    for loss in graph.losses.values():
        if loss.has_sides and any(t.loss == loss.name for t in graph.terms):
            _check_objective(graph, loss, findings)
    _check_batch_of_one(graph, findings)


def _check_objective(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    path, objective = ("losses", loss.name), getattr(loss.spec.params, "objective", "")
    if objective == "saturating":
        message = "the saturating objective gives a weak gradient while the critic wins"
        help = "the paper itself trains non-saturating (1406.2661)"
        findings.add("GF712", (*path, "objective"), message, help)
    critics = outermost_critic(graph, loss, findings)
    if objective == "wasserstein" and not _is_lipschitz(graph, critics):
        message = f"nothing bounds the slope of {listed(critics)}, which the Wasserstein loss needs"
        help = (
            "write `clip_weights` for its player (1701.07875), a `gradient-penalty` (1704.00028) "
            'or `weights = "spectral"` (1802.05957)'
        )
        findings.add("GF704", (*path, "objective"), message, help)
    for name in sorted(critics) if objective != "energy" else ():
        _check_logits(graph, name, findings)
    table = graph.spec.train.players.get("critic")
    steps = table.steps if table is not None else 1
    saturates = objective in ("non-saturating", "saturating")
    if saturates and isinstance(steps, int | float) and steps > 1:
        message = f"{steps:g} critic steps a round with the {objective} objective"
        help = "several steps suit Wasserstein-type losses"
        findings.add("GF717", ("train", "players", "critic", "steps"), message, help)


def _is_lipschitz(graph: Graph, critics: frozenset[str]) -> bool:
    """Whether weights are clipped, gradients penalised, or weights normalised."""
    players = graph.spec.train.players
    clipped = any(
        players[p.name].clip_weights is not None
        for p in graph.players
        if p.name in players and critics & set(p.networks)
    )
    penalised = any(t.term.differentiates and t.moves & critics for t in graph.terms)
    return clipped or penalised or any(is_spectral(graph.networks[name].body) for name in critics)


def _check_logits(graph: Graph, critic: str, findings: Findings) -> None:
    body = graph.networks[critic].body
    for output in body.outputs:
        if last := ends_in(body, output, ("sigmoid", "softmax")):
            message = (
                f"the critic `{critic}` ends in {last[0]}, and its loss takes scores of any size"
            )
            findings.add("GF702", last[1], message, f"remove the {last[0]}")


def _bounding(body: Body) -> Node:
    """The layer that bounds a network's output: what follows it only arranges the values."""
    node = body.nodes[next(iter(body.outputs.values()))]
    while node.inputs:
        before, shape = body.nodes[node.inputs[0]], node.shape
        known = isinstance(shape, Tensor) and isinstance(before.shape, Tensor)
        if not known or before.shape.range != shape.range:  # type: ignore[union-attr]
            return node
        node = before
    return node


def _check_ranges(graph: Graph, findings: Findings) -> None:
    """A generator whose last activation cannot reach the data's range, or leaves it."""
    for loss in graph.losses.values():
        if not loss.has_sides:
            continue
        judged = [graph.judged(loss.tensors[side])[:1] for side in ("real", "fake")]
        for first, second in zip(*judged, strict=False):
            real, fake = graph.nodes[first], graph.nodes[second]
            data, made = _range(real), _range(fake)
            if isinstance(fake.operation, NetworkCall) and data and made and data != made:
                message = f"the generator gives values in {_span(made)}"
                message = f"{message}, and the data is in {_span(data)}"
                bounded = _bounding(graph.networks[fake.operation.network].body)
                span, help = findings.document.span(real.path), _range_help(data, made)
                related = (Label(span, f"the data is in {_span(data)}"),) if span else ()
                findings.add("GF703", bounded.path, message, help, related=related)


def _range(node: Node) -> tuple[float, float] | None:
    return node.shape.range if isinstance(node.shape, Tensor) else None


def _range_help(data: tuple[float, float], made: tuple[float, float]) -> str:
    activations = {(-1.0, 1.0): "tanh", (0.0, 1.0): "sigmoid"}
    if data in activations:
        return (
            f'`act = "{activations[data]}"`, or `range = [{made[0]:g}, {made[1]:g}]` for the field'
        )
    return f"`range = [{made[0]:g}, {made[1]:g}]` for the field"


def _span(bounds: tuple[float, float]) -> str:
    return f"[{bounds[0]:g}, {bounds[1]:g}]"


def _check_batch_of_one(graph: Graph, findings: Findings) -> None:
    if graph.spec.train.batch > 1 or graph.spec.sample.statistics == "batch":
        return
    for name, network in graph.networks.items():
        if has_block(network.body, "batch-norm"):
            acts = "acts as instance norm, and evaluation differs"
            message = f"batch norm in `{name}` at batch 1 {acts}"
            help = (
                'use `norm = "instance"` or a larger batch; `[sample] statistics = "batch"` says '
                "that it is meant (1611.07004)"
            )
            findings.add("GF711", ("train", "batch"), message, help)
