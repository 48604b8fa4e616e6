"""Every network learns from something that says what it shall do, not from penalties alone."""

from __future__ import annotations

from ganforge.graph.graph import Graph, MovingTerm
from ganforge.graph.passes.game import listed
from ganforge.spec.findings import Findings


def check_restrained(graph: Graph, findings: Findings) -> None:
    """GF465 for a network that nothing but penalties of gradients and weights moves."""
    for player in graph.players:
        for name in player.networks:
            moving = [term for term in player.terms if name in term.moves]
            if moving and all(_restrains(term, name) for term in moving):
                _report(graph, moving, name, findings)


def _restrains(term: MovingTerm, network: str) -> bool:
    """Whether a term only bounds how steep a network is, or how large its weights are."""
    return bool(term.term.differentiates) or network in term.named


def _report(graph: Graph, moving: list[MovingTerm], name: str, findings: Findings) -> None:
    first, losses = moving[0], list(dict.fromkeys(term.loss for term in moving))
    judging = [term for term in graph.terms if term.term.side == "critic"]
    critics = {critic for t in judging for critic in t.moves if not _restrains(t, critic)}
    restrain = "restrain" if len(losses) > 1 else "restrains"
    message = f"`{name}` is moved by {listed(losses)} alone, which only {restrain} it"
    help = f"add a loss that says what `{name}` shall learn"
    if critics:
        help += f", or restrain the critic instead: {listed(critics)}"
    scores = [key for key in first.given if key not in first.term.differentiates]
    key = "networks" if name in first.named else scores[0]
    findings.add("GF465", ("losses", first.loss, key), message, help)
