"""The moments of training at which live numbers are tried, before any data is seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ganforge.formula.evaluate import Value
from ganforge.formula.live import Live
from ganforge.graph.graph import Graph

EVENLY = 200
FIRST = 256
"""Rounds at the start that are all tried: formulas like to divide by `round - 3`."""
WHOLE = 100
"""Whole epochs, and whole kimg, that are tried: a schedule often turns there."""

Moment = Mapping[str, Value]


@dataclass(frozen=True)
class Moments:
    """Moments in order: by counter its value at each."""

    columns: Mapping[str, Sequence[Value]]

    def __iter__(self) -> Iterator[Moment]:
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, values, strict=True))

    def thinned(self, step: int) -> Moments:
        """Every so manieth of them."""
        return Moments({name: values[::step] for name, values in self.columns.items()})


@dataclass(frozen=True)
class Clock:
    """How the counters of training go together, as far as the spec tells.

    rounds: how many there are. images: real samples per round. count: samples of the data.
    end: the whole of training in what its length counts, and `per_round` of that.
    """

    rounds: int
    images: int
    count: int
    end: float
    per_round: float
    known: frozenset[str]
    """The counters that do not depend on how many samples the data have, where that is open."""
    growing: Mapping[str, Value] = field(default_factory=dict)
    """Of a stage that grows: `level` and `res`."""
    fade_images: float = 0

    def at(self, round: int, step: int) -> Moment:
        """The counters in a round, as the run computes them."""
        return next(iter(Moments(self._columns([round], [step]))))

    @property
    def first(self) -> Moments:
        """The start of training alone."""
        return Moments(self._columns([0], [0]))

    def _columns(self, rounds: list[int], steps: list[int]) -> dict[str, Sequence[Value]]:
        images = [round * self.images for round in rounds]
        fades, whole = self.fade_images, [1.0] * len(rounds)
        return {
            "progress": [round * self.per_round / self.end for round in rounds],
            "step": steps,
            "round": rounds,
            "kimg": [count / 1000 for count in images],
            "epoch": [count / self.count for count in images],
            **{name: [value] * len(rounds) for name, value in self.growing.items()},
            "fade": [min(1.0, count / fades) for count in images] if fades else whole,
        }

    @property
    def fixed(self) -> frozenset[str]:
        """The counters that are the same in all rounds."""
        return frozenset(self.growing) | (frozenset() if self.fade_images else {"fade"})

    def is_sure(self, live: Live, moment: Moment) -> bool:
        """Whether a formula surely has its value of this moment in some round."""
        return moment["round"] == 0 or live.names <= self.known

    def moments(self, steps: int = 1) -> Moments:
        """Bounded in number, in order, each once; `steps` is how often the player moves a round."""
        rounds = {k * self.rounds // EVENLY for k in range(EVENLY)}
        rounds |= set(_whole(self.count / self.images)) | set(_whole(1000 / self.images))
        tried = {(k // steps, k) for k in range(FIRST)}
        tried |= {(round, round * steps) for round in rounds | {self.rounds - 1}}
        moments = [moment for moment in sorted(tried) if moment[0] < self.rounds]
        in_rounds, in_steps = [round for round, _ in moments], [step for _, step in moments]
        return Moments(self._columns(in_rounds, in_steps))


def _whole(rounds: float) -> Iterable[int]:
    return (round(k * rounds) for k in range(1, WHOLE))


def clock(graph: Graph) -> Clock:
    """The clock of a spec."""
    train, data = graph.spec.train, graph.spec.data
    images, count = _images(graph), data.table.count if data else 50_000
    stage = graph.spec.stage
    fade_kimg = (stage.table.fade_kimg or 0.0) if stage is not None and stage.fades else 0.0
    every = {"level", "res", "fade", "round", "step", "kimg", "epoch", "progress"}
    if train.epochs is not None:
        known = {"epoch", "progress", "level", "res"}
        end, per_round = train.epochs * count, images
    else:
        known = every - {"epoch"}
        kimg = (train.kimg or 0) + fade_kimg
        end, per_round = (1000 * kimg, images) if train.kimg else (train.rounds or 1, 1)
    if data is not None and data.source.endless:
        known = every
    rounds = max(1, -int(-end // per_round))  # those that begin before the end
    growing = graph.spec.scope.growing or {}
    return Clock(rounds, images, count, end, per_round, frozenset(known), growing, 1000 * fade_kimg)


def _images(graph: Graph) -> int:
    """Real samples per round: those of the first player."""
    train = graph.spec.train
    first = train.players.get(graph.players[0].name) if graph.players else None
    if first is None:
        return train.batch
    steps = first.steps if isinstance(first.steps, int | float) else 1
    return (first.batch or train.batch) * max(1, int(steps))
