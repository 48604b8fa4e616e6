"""What a comparison of two specs holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ganforge.diff.rows import Row

Kind = Literal["same", "changed", "added", "removed"]


@dataclass(frozen=True)
class Change:
    """A value that differs; None where a spec does not have it."""

    key: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> Kind:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@dataclass(frozen=True)
class LayerChange:
    """A layer of both specs, or of one of them.

    notes: what differs besides the layer itself: its name, what it takes, how its weights start.
    inner: the layers of a composite block whose definition differs.
    """

    kind: Kind
    before: Row | None
    after: Row | None
    notes: tuple[str, ...] = ()
    inner: tuple[Entry, ...] = ()

    @property
    def reshaped(self) -> bool:
        """Whether an equal layer has another shape, by what stands before it."""
        return (
            self.kind == "same"
            and self.before is not None
            and self.after is not None
            and self.before.shape != self.after.shape
        )


@dataclass(frozen=True)
class Entry:
    """Layers that are shown as one: a layer in all turns of a loop, or a run of layers that did
    not change.
    """

    first: LayerChange
    last: LayerChange
    times: int = 1
    run: bool = False


@dataclass(frozen=True)
class NetworkChange:
    """A network. A name of None: the other spec has no such network.

    weights: before and after, None where unknown or where there is none.
    """

    before: str | None
    after: str | None
    settings: tuple[Change, ...]
    layers: tuple[Entry, ...]
    weights: tuple[int | None, int | None]

    @property
    def changed(self) -> bool:
        """Whether anything but the number of weights differs."""
        layers = any(entry.first.kind != "same" for entry in self.layers)
        return self.before != self.after or bool(self.settings) or layers


@dataclass(frozen=True)
class Difference:
    """Two specs compared. sections: by title, in the order in which they are shown."""

    before: str
    after: str
    sections: Mapping[str, tuple[Change, ...]]
    networks: tuple[NetworkChange, ...]

    def __bool__(self) -> bool:
        changed = any(network.changed for network in self.networks)
        return changed or any(self.sections.values())
