"""The Plan form: for each player what is computed in a step, with or without gradient, and what the
round shares.
"""

from __future__ import annotations

from dataclasses import dataclass

from ganforge.graph.graph import Graph, MovingTerm, Player


@dataclass(frozen=True)
class Step:
    """One player's step.

    sources: data fields and latents that it needs itself, by name.
    received: nodes that the round has computed, each with whether its gradient is cut here.
    without_gradient: nodes to compute first under `no_grad`: calls that lead to none
        of the player's networks.
    frozen: networks that pass gradients on and take none.
    """

    player: Player
    terms: tuple[MovingTerm, ...]
    sources: tuple[str, ...]
    received: tuple[tuple[int, bool], ...]
    without_gradient: tuple[int, ...]
    needed: frozenset[int]
    frozen: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """One stage of training.

    shared: nodes that the round computes once for several players.
    joint: whether one forward pass serves all players (`simultaneous` with `reuse`).
    fields, latents: what one draw of a round (`reuse`) or of a step yields.
    """

    graph: Graph
    steps: tuple[Step, ...]
    shared: tuple[int, ...]
    shared_with_gradient: frozenset[int]
    joint: bool
    simultaneous: bool
    reuse: bool
    fields: tuple[str, ...]
    latents: tuple[str, ...]
