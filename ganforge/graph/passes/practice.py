"""Practice: what is legal and known to train badly, each with its paper."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.graph.graph import Graph, GraphLoss, MovingTerm, Player
from ganforge.graph.nodes import NetworkCall
from ganforge.graph.passes.augmentation import augmenting
from ganforge.graph.passes.bodies import (
    Bounds,
    bounding,
    bounds_of,
    first_mixing,
    returned,
    written_as,
)
from ganforge.graph.passes.critics import is_lipschitz
from ganforge.graph.passes.game import listed
from ganforge.spec.findings import Findings, lookup


def check_practice(graph: Graph, findings: Findings) -> None:
    """GF703, GF704, GF707, GF711, GF712 and GF717."""
    _check_ranges(graph, findings)
    for term in graph.terms:
        _check_objective(graph, term, findings)
    for player in graph.players:
        _check_steps(graph, player, findings)
    _check_batch_of_one(graph, findings)


def _check_objective(graph: Graph, term: MovingTerm, findings: Findings) -> None:
    if term.term.saturates and term.term.side == "generator":
        message = "the saturating objective gives a weak gradient while the critic wins"
        help = 'write `objective = "non-saturating"`, as the paper itself trains (1406.2661)'
        findings.add("GF712", _objective(graph, term), message, help)
    if term.term.lipschitz and not is_lipschitz(graph, term.moves):
        critics = listed(term.moves)
        message = f"nothing bounds the slope of {critics}, which the Wasserstein loss needs"
        help = (
            "write `clip_weights` for its player (1701.07875), a `gradient-penalty` (1704.00028) "
            'or `weights = "spectral"` (1802.05957)'
        )
        findings.add("GF704", _objective(graph, term), message, help)
    for name, value in term.term.reaches.items():
        bounds = bounds_of(graph.nodes[graph.losses[term.loss].tensors[name]])
        if bounds is not None and bounds[1] <= value:
            message = f"the margin of `{term.loss}` is {value:g}, and `{name}` is never above "
            message = f"{message}{bounds[1]:g}: it is pushed up without end"
            help = (
                f"write a margin below {bounds[1]:g}, or sum the error: `norm='sum'` (1609.03126)"
            )
            findings.add("GF707", _key(graph, term, "margin"), message, help)


def _objective(graph: Graph, term: MovingTerm) -> Path:
    return _key(graph, term, "objective")


def _key(graph: Graph, term: MovingTerm, key: str) -> Path:
    """A key of a loss, else the loss."""
    path: Path = ("losses", term.loss)
    return (*path, key) if lookup(graph.spec.document, (*path, key)) is not None else path


def _check_steps(graph: Graph, player: Player, findings: Findings) -> None:
    """Several steps of a critic whose loss then has nothing to teach."""
    table = graph.spec.train.players.get(player.name)
    steps = table.steps if table is not None else 1
    if not isinstance(steps, int | float) or steps <= 1:
        return
    for term in player.terms:
        if term.term.side == "critic" and term.term.saturates:
            objective = getattr(graph.losses[term.loss].spec.params, "objective", "")
            message = f"{steps:g} critic steps a round: with the {objective or 'same'} objective a "
            message += "critic that wins teaches the generator little"
            help = "write `steps = 1`; several steps suit Wasserstein-type losses"
            path = ("train", "players", player.name, "steps")
            findings.add("GF717", path, message, help)


def _check_ranges(graph: Graph, findings: Findings) -> None:
    """A generator whose last activation cannot reach the data's range, or leaves it."""
    for loss in graph.losses.values():
        if loss.has_sides:
            _check_range(graph, loss, findings)


def _check_range(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    judged = [graph.judged(loss.tensors[side])[:1] for side in ("real", "fake")]
    for first, second in zip(*(_unaugmented(graph, indices) for indices in judged), strict=False):
        real, fake = graph.nodes[first], graph.nodes[second]
        data, made, inside = bounds_of(real), bounds_of(fake), returned(graph, second)
        if isinstance(fake.operation, NetworkCall) and data and made and data != made and inside:
            message = f"the generator gives values in {written_as(made)}"
            message = f"{message}, and the data is in {written_as(data)}"
            last = bounding(graph.networks[inside[0]].body, inside[1])
            span, help = findings.document.span(real.path), _range_help(data, made)
            related = (Label(span, f"the data is in {written_as(data)}"),) if span else ()
            findings.add("GF703", last.path, message, help, related=related)


def _unaugmented(graph: Graph, indices: tuple[int, ...]) -> list[int]:
    """Nodes as they are before a network augments them."""
    found = []
    for index in indices:
        while augmenting(graph, graph.nodes[index]):
            index = graph.nodes[index].inputs[0]
        found.append(index)
    return found


def _range_help(data: Bounds, made: Bounds) -> str:
    activations = {(-1.0, 1.0): "tanh", (0.0, 1.0): "sigmoid"}
    field = f"`range = {written_as(made)}` for the field"
    return f'`act = "{activations[data]}"`, or {field}' if data in activations else field


def _check_batch_of_one(graph: Graph, findings: Findings) -> None:
    if graph.spec.train.batch > 1 or graph.spec.sample.statistics == "batch":
        return
    mixing = {n: found for n, net in graph.networks.items() if (found := first_mixing(net.body))}
    if mixing:
        block = next(iter(mixing.values()))[0]
        message = (
            f"`{block}` in {listed(mixing)} has one sample in a batch, and none to compare with"
        )
        help = (
            'use a larger batch, or `norm = "instance"`; `[sample] statistics = "batch"` says '
            "that it is meant (1611.07004)"
        )
        findings.add("GF711", ("train", "batch"), message, help)
