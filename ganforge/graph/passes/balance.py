"""The two sides of a game must be able to keep up with each other."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.weights import network_weights
from ganforge.spec.findings import Findings

MOST = 30
"""One side has at most so many times the weights of the other; of published systems, 20 times."""
SMALL = 1_000_000
"""Where both sides have fewer weights than this, they are tried out and not trained."""


def check_balance(graph: Graph, findings: Findings) -> None:
    """GF721."""
    for loss in graph.losses.values():
        sides = {side: _moved(graph, loss, side) for side in ("critic", "generator")}
        if all(sides.values()):
            _compare(graph, loss, sides, findings)


def _moved(graph: Graph, loss: GraphLoss, side: str) -> list[str]:
    """The networks that a side of a loss moves."""
    terms = (t for t in graph.terms if t.loss == loss.name and t.term.side == side)
    return sorted({name for term in terms for name in term.moves})


def _compare(
    graph: Graph, loss: GraphLoss, sides: dict[str, list[str]], findings: Findings
) -> None:
    counts = {side: _weights(graph, names) for side, names in sides.items()}
    known = {side: count for side, count in counts.items() if count is not None}
    if len(known) < len(counts):
        return
    small, large = sorted(known, key=lambda side: known[side])
    if known[large] < SMALL or known[large] <= MOST * known[small]:
        return
    message = f"the {small}'s side of `{loss.name}` has {known[small]:,} weights, "
    message += f"and the {large}'s {known[large]:,}"
    help = f"make the {small} larger, or the {large} smaller (1703.00573)"
    span = findings.document.span(("networks", sides[large][0]), key=True)
    related = (Label(span, f"the {large}'s"),) if span else ()
    path = ("networks", sides[small][0])
    findings.add("GF721", path, message, help, key=True, related=related)


def _weights(graph: Graph, names: list[str]) -> int | None:
    counts = [network_weights(graph.networks[name].body) for name in names]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
