"""Losses that pull the wrong way: targets that are exchanged, factors and errors below 0."""

from __future__ import annotations

from ganforge.graph.graph import Graph, GraphLoss, MovingTerm
from ganforge.graph.nodes import Arithmetic, Layer, Number
from ganforge.graph.passes.bodies import bounds_of, returned
from ganforge.spec.findings import Findings

SIDES = {"real": "the critic", "fake": "the critic", "generator": "the generator"}


def check_signs(graph: Graph, findings: Findings) -> None:
    """GF461, GF462, GF464 and GF466."""
    for loss in graph.losses.values():
        _check_targets(loss, findings)
        _check_factors(loss, findings)
        if loss.has_sides:
            _check_scores(graph, loss, findings)
        else:
            _check_contrary(graph, loss, findings)
    told: set[tuple[str, str]] = set()
    for term in graph.terms:
        for name in term.term.errors:
            if (term.loss, name) not in told and _falls_below_0(graph, term, name):
                told.add((term.loss, name))
                written = graph.losses[term.loss].spec.tensors[name]
                message = f"`{written}` may be below 0, and `{term.loss}` takes errors"
                help = "compare: `absolute_error(D(x), x)`, where `D` gives what it is shown again"
                findings.add("GF464", ("losses", term.loss, name), message, help)


def _falls_below_0(graph: Graph, term: MovingTerm, name: str) -> bool:
    """Whether a tensor is a difference, or what a layer with weights gives."""
    node = graph.nodes[term.given[name]]
    match node.operation:
        case Arithmetic("-"):
            parts = (graph.nodes[i].operation for i in node.inputs)
            return not any(isinstance(part, Number) for part in parts)
    made = returned(graph, term.given[name])
    bounds = bounds_of(node)
    if made is None or bounds is not None:
        return bounds is not None and bounds[0] < 0
    return isinstance(made[1].operation, Layer) and made[1].operation.owns_weights


def _check_scores(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """The scores of both sides mean the same."""
    turned = {side: _is_turned(graph, loss.tensors[side]) for side in ("real", "fake")}
    if turned["real"] == turned["fake"]:
        return
    side, other = ("real", "fake") if turned["real"] else ("fake", "real")
    message = f"`{side}` turns the sign of its scores around, and `{other}` does not"
    help = "remove the sign: the loss knows which scores shall be high, and which low"
    findings.add("GF466", ("losses", loss.name, side), message, help)


def _check_contrary(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """GF466 for further samples that a critic shall take for the contrary of what a game says."""
    side = getattr(loss.spec.params, "side", None)
    other = {"real": "fake", "fake": "real"}.get(str(side))
    for game in graph.losses.values() if other and "score" in loss.tensors else ():
        if game.has_sides and game.tensors[other or ""] == loss.tensors["score"]:
            message = f"`{game.name}` takes this score for {other}, and `{loss.name}` for {side}"
            help = f'name other samples here, or write `is = "{other}"`'
            findings.add("GF466", ("losses", loss.name, "score"), message, help)


def _is_turned(graph: Graph, index: int) -> bool:
    """Whether a tensor falls where what it is computed from rises: `-D(x)`, `1 - D(x)`."""
    turned = False
    while isinstance(graph.nodes[index].operation, Arithmetic):
        node = graph.nodes[index]
        parts = [graph.nodes[i].operation for i in node.inputs]
        tensors = [i for i in node.inputs if not isinstance(graph.nodes[i].operation, Number)]
        if len(tensors) != 1:
            return turned
        first, numbers = parts[0], [part.value for part in parts if isinstance(part, Number)]
        sign = node.operation.operator if isinstance(node.operation, Arithmetic) else ""
        turned ^= sign == "-" and (len(parts) == 1 or isinstance(first, Number))
        turned ^= sign in "*/" and any(isinstance(n, int | float) and n < 0 for n in numbers)
        index = tensors[0]
    return turned


def _check_targets(loss: GraphLoss, findings: Findings) -> None:
    """The generator wants what the critic gives to real samples."""
    targets = getattr(loss.spec.params, "targets", None)
    if targets is None:
        return
    real, fake, generator = (getattr(targets, side) for side in SIDES)
    if abs(generator - fake) < abs(generator - real):
        message = f"the generator wants the score {generator:g}, and the critic gives {fake:g} to"
        message += " fakes: it learns to be found out"
        help = f"write `generator = {real:g}`, the target of real samples"
        findings.add("GF461", ("losses", loss.name, "targets"), message, help)


def _check_factors(loss: GraphLoss, findings: Findings) -> None:
    """What is minimised is not made as large as can be."""
    weight = loss.spec.table.weight
    if isinstance(weight, int | float) and weight < 0:
        message = (
            f"`{loss.name}` counts {weight:g} times: what it trains makes it as large as it can"
        )
        findings.add("GF462", ("losses", loss.name, "weight"), message, f"write {-weight:g}")
    scale = getattr(loss.spec.params, "scale", None)
    for side, player in SIDES.items():
        factor = getattr(scale, side, 1)
        if factor < 0:
            message = (
                f"`{side}` of `{loss.name}` counts {factor:g} times: {player} makes its own loss"
            )
            message += " as large as it can"
            help = "losses have the signs of their papers: write a number above 0"
            findings.add("GF462", ("losses", loss.name, "scale", side), message, help)
