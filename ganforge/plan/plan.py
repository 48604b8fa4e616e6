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
    every: at each which step of the player; above 1 it is a second update after the first.
    """

    player: Player
    terms: tuple[MovingTerm, ...]
    sources: tuple[str, ...]
    received: tuple[tuple[int, bool], ...]
    without_gradient: tuple[int, ...]
    needed: frozenset[int]
    differentiated: frozenset[int]
    frozen: tuple[str, ...]
    every: int = 1


@dataclass(frozen=True)
class Plan:
    """One stage of training, or the whole of several.

    shared: nodes that the round computes once for several players.
    shared_without_gradient: what those with gradient are made from and no player moves: nodes to
        compute first under `no_grad`.
    joint: whether one forward pass serves all players (`simultaneous` with `reuse`).
    lazy: the second updates of players, by losses of every n-th step.
    sources: what one draw of a round (`reuse`) yields: data fields, latents, conditions.
    stages: the plan of each, where the spec has stages; only these are computed then.
    """

    graph: Graph
    steps: tuple[Step, ...]
    lazy: tuple[Step, ...]
    shared: tuple[int, ...]
    shared_with_gradient: frozenset[int]
    shared_without_gradient: tuple[int, ...]
    joint: bool
    simultaneous: bool
    reuse: bool
    sources: tuple[str, ...]
    stages: tuple[Plan, ...] = ()

    def draws(self, step: Step) -> tuple[str, ...]:
        """What a player draws for itself: for its step, and for its second updates."""
        names = [n for s in (step, *self.lazy_of(step)) for n in s.sources]
        return tuple(dict.fromkeys(names))

    def lazy_of(self, step: Step) -> list[Step]:
        """The second updates of a step's player."""
        return [lazy for lazy in self.lazy if lazy.player.name == step.player.name]

    def origin(self, source: str) -> str:
        """The name in the spec of which a source is a draw."""
        operation = self.graph.nodes[self.graph.names[source]].operation
        return (isinstance(operation, Source) and operation.like) or source

    def role(self, source: str) -> str:
        """`field`, `latent`, `condition`, `random` for what a function draws, or `given` for what
        whoever asks for samples gives.
        """
        operation = self.graph.nodes[self.graph.names[source]].operation
        return operation.role if isinstance(operation, Source) else ""
