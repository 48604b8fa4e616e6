"""What a plugin's rule sees of a compiled spec. All of it is read-only, and none of it is torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ganforge.plugins.params import Params
from ganforge.plugins.selection import canonical
from ganforge.plugins.shapes import Shape

Path = tuple[str | int, ...]
"""Where something stands in a spec, such as `("networks", "D", "layers", 2)`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach of a rule: where, what is wrong in the user's words, and what to do about it."""

    path: Path
    message: str
    help: str | None = None


@dataclass(frozen=True, slots=True)
class LayerView:
    """One block in a network: those of composite blocks, norms and activations stand as layers too.

    block: its name as specs write it: of a plugin that has no bare name, `distribution/name`. In a
    plugin's own rule its blocks have their bare names, and another block of that name its full one.
    params: as its declaration reads them. inputs, output: shapes, the batch axis left out.
    full_name: `distribution/name`, in the rules of plugins.
    """

    block: str
    params: Params
    inputs: tuple[Shape, ...]
    output: Shape
    path: Path
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class NetworkView:
    """A network. inputs: the shapes of what it takes, by name. layers: in the order of their
    computation.
    """

    name: str
    inputs: Mapping[str, Shape]
    layers: tuple[LayerView, ...]
    outputs: Mapping[str, Shape]
    frozen: bool
    path: Path

    def blocks(self, name: str) -> tuple[LayerView, ...]:
        """Its layers of one block: by its name as they have it, or by `distribution/name`."""
        distribution, slash, bare = name.rpartition("/")
        full = f"{canonical(distribution)}/{bare}" if slash else name
        return tuple(layer for layer in self.layers if full in (layer.block, layer.full_name))


@dataclass(frozen=True, slots=True)
class LossView:
    """A loss. kind: its name, as that of a layer's block. tensors: their shapes, by the loss's own
    names. moves: the networks that learn from it. weight: a number, or the text of a formula over
    training progress. networks: by key, the networks and layers whose weights it takes.
    """

    name: str
    kind: str
    weight: float | str
    every: int
    params: Params
    tensors: Mapping[str, Shape]
    moves: frozenset[str]
    path: Path
    networks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlayerView:
    """Networks with one optimiser. optimizer: its parameters, with `kind`; formulas as text."""

    name: str
    networks: tuple[str, ...]
    losses: tuple[str, ...]
    batch: int
    optimizer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GraphView:
    """A spec without errors. params: the values of `[params]`. source: the name of the data source,
    as that of a layer's block. tensors: everything with a name outside of networks, by that name.
    """

    name: str
    params: Mapping[str, Any]
    source: str
    tensors: Mapping[str, Shape]
    networks: Mapping[str, NetworkView]
    losses: Mapping[str, LossView]
    players: Mapping[str, PlayerView]
