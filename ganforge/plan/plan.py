"""The Plan form: for each player what is computed in a step, with or without gradient, and what the
round shares.
"""

from __future__ import annotations

from dataclasses import dataclass

from ganforge.graph.graph import Graph, MovingTerm, Player
from ganforge.graph.nodes import Source


@dataclass(frozen=True)
class Step:
    """One player's step.

    sources: data fields and latents that it needs itself, by name.
    received: nodes that the round has computed, each with whether its gradient is cut here.
    without_gradient: nodes to compute first under `no_grad`: calls that lead to none
        of the player's networks.
    differentiated: nodes by which a loss differentiates: leaves that ask for a gradient.
    frozen: networks that pass gradients on and take none.
    """

    player: Player
    terms: tuple[MovingTerm, ...]
    sources: tuple[str, ...]
    received: tuple[tuple[int, bool], ...]
    without_gradient: tuple[int, ...]
    needed: frozenset[int]
    differentiated: frozenset[int]
    frozen: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """One stage of training.

    shared: nodes that the round computes once for several players.
    joint: whether one forward pass serves all players (`simultaneous` with `reuse`).
    sources: what one draw of a round (`reuse`) yields: data fields, latents, conditions.
    """

    graph: Graph
    steps: tuple[Step, ...]
    shared: tuple[int, ...]
    shared_with_gradient: frozenset[int]
    joint: bool
    simultaneous: bool
    reuse: bool
    sources: tuple[str, ...]

    def role(self, source: str) -> str:
        """`field`, `latent`, `condition`, or `random` for what a function draws."""
        operation = self.graph.nodes[self.graph.names[source]].operation
        return operation.role if isinstance(operation, Source) else ""
