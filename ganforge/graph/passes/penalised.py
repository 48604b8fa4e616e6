"""Gradients that a loss asks for: nothing on their way is computed without gradient."""

from __future__ import annotations

from dataclasses import replace

from ganforge.graph.graph import Graph, MovingTerm, Player
from ganforge.graph.passes.gradients import behind_differentiated
from ganforge.spec.findings import Findings


def check_penalised(graph: Graph, findings: Findings) -> None:
    """GF405, where a player computes without gradient what leads from `wrt` to the score."""
    reported: set[str] = set()
    for player in graph.players:
        for term in player.terms:
            for name in term.term.differentiates:
                if term.loss not in reported and not _reached(graph, player, term, name):
                    reported.add(term.loss)
                    _report(graph, player, term, name, findings)


def _reached(graph: Graph, player: Player, term: MovingTerm, name: str) -> bool:
    """Whether a gradient flows from what else the term names to its tensor `name`."""
    alone = replace(player, terms=(replace(term, term=replace(term.term, differentiates=(name,))),))
    roots = {index for other, index in term.given.items() if other != name}
    return bool(roots & behind_differentiated(graph, alone))


def _report(graph: Graph, player: Player, term: MovingTerm, name: str, findings: Findings) -> None:
    written = graph.losses[term.loss].spec.tensors
    score = next(other for other in term.given if other != name)
    message = (
        f"no gradient flows from `{score}` to `{written[name]}` while `{player.name}` learns: "
        "other networks stand between"
    )
    moved = next(n for n in player.networks if n in term.moves)
    help = f"name what `{moved}` is called with"
    findings.add("GF405", ("losses", term.loss, name), message, help)
