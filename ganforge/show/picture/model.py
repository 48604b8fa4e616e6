"""What the picture of a GAN shows, as data: boxes, edges, networks, and where gradients flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["generator", "critic", "fixed"]


@dataclass(frozen=True)
class Box:
    """What stands at one place: data, a network, a function, a loss.

    kind: `source`, `network`, `function` or `loss`. role: of a source `field`, `latent`,
    `condition` or `random`. calls: of a network, its calls as they are written.
    """

    id: str
    kind: str
    title: str
    role: str = ""
    shape: str = ""
    note: str = ""
    network: str = ""
    calls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    """A tensor on its way from one box to another. `port` is what it is there: an input of the
    network, a tensor of the loss; empty where there is but one.
    """

    id: str
    source: str
    target: str
    tensor: str
    shape: str
    port: str = ""


@dataclass(frozen=True)
class Row:
    """A line of an opened network.

    kind: `layer`; `loop` with a `turn` for each value, or for each range of values that make equal
    layers. known: whether the weights are all; else some module's number of weights is not known.
    takes: what it is made from, empty for the line before. then: its norm and activation. side: the
    next line does not take it, but what this one takes. block: the rows of a composite block, by
    their key in `Picture.blocks`. count: how many turns it stands for.
    """

    kind: str
    text: str
    output: str
    weights: int
    known: bool = True
    takes: str = ""
    name: str = ""
    then: tuple[str, ...] = ()
    side: bool = False
    block: str = ""
    count: int = 1
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class NetworkAbout:
    """A network: whose side it is on, which player moves it, its layers and weights.

    like: the network whose class it has. known: whether all layers' weights are in `weights`.
    """

    name: str
    side: Side
    player: str
    like: str
    frozen: bool
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    weights: int
    known: bool
    layers: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Cut:
    """An edge that no gradient passes, though networks stand before it, and why."""

    edge: str
    why: str


@dataclass(frozen=True)
class Flow:
    """How one loss moves the networks of one player: the edges its gradient takes, back to front.

    passes: networks that it passes without moving them.
    """

    loss: str
    player: str
    view: str
    moves: tuple[str, ...]
    passes: tuple[str, ...]
    edges: tuple[str, ...]
    cuts: tuple[Cut, ...]


@dataclass(frozen=True)
class View:
    """A tab of the page: what takes part in it. `kind` is `whole`, `step` or `stage`.

    Of a stage also its own players and training, and of a level of growth its networks and what
    else differs from the whole: by box or edge, its shape or note.
    """

    id: str
    kind: str
    title: str
    note: str
    boxes: tuple[str, ...]
    edges: tuple[str, ...]
    networks: Mapping[str, NetworkAbout] = field(default_factory=dict)
    changed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    players: tuple[Mapping[str, Any], ...] = ()
    training: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Picture:
    """Everything that the page shows. Losses, players and training are as `show --json` has them;
    sides: of each player. stages: each with its length.
    """

    name: str
    title: str
    paper: str
    notes: str
    params: Mapping[str, Any]
    training: Mapping[str, Any]
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    networks: Mapping[str, NetworkAbout]
    blocks: Mapping[str, tuple[Row, ...]]
    losses: tuple[Mapping[str, Any], ...]
    players: tuple[Mapping[str, Any], ...]
    sides: Mapping[str, Side]
    flows: tuple[Flow, ...]
    views: tuple[View, ...]
    stages: tuple[str, ...] = ()
