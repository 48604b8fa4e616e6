"""The two sides of a game have an optimiser each."""

from __future__ import annotations

from ganforge.graph.graph import Graph
from ganforge.spec.findings import Findings

SIDES = ("critic", "generator")


def check_sides(graph: Graph, findings: Findings) -> None:
    """GF463, once for each player."""
    for player in graph.players:
        for loss in graph.losses.values():
            sides = [_moved(graph, loss.name, side, player.networks) for side in SIDES]
            if all(sides):
                message = (
                    f"`{player.name}` trains `{sides[0][0]}` and `{sides[1][0]}`, the two sides"
                )
                message += f" of `{loss.name}`, with one optimiser"
                help = f"list what `{player.name}` shall train, and the rest in another player"
                path = ("train", "players", player.name, "networks")
                findings.add("GF463", path, message, help)
                break


def _moved(graph: Graph, loss: str, side: str, networks: tuple[str, ...]) -> list[str]:
    """The networks of a player that one side of a loss moves."""
    terms = [t for t in graph.terms if t.loss == loss and t.term.side == side]
    return sorted({name for term in terms for name in term.moves} & set(networks))
