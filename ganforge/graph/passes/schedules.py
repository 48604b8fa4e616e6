"""Live numbers must have a value, within their range, for the whole of training."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from ganforge.document import Path
from ganforge.formula.errors import FormulaError
from ganforge.formula.evaluate import NOT_BY_ZERO, Meter, Value
from ganforge.formula.live import Live
from ganforge.graph.graph import Graph, Network
from ganforge.graph.nodes import Arithmetic, Layer, Number
from ganforge.graph.passes.bodies import block_nodes
from ganforge.graph.passes.moments import Clock, Moment, Moments, clock
from ganforge.plugins.live import Feedback, live_bounds
from ganforge.spec.findings import Findings

ENOUGH_WORK = 100_000
"""After so many operations of formulas, live numbers are tried at fewer moments."""
SPARSELY = 40

Bounds = tuple[float | None, float | None]
ANY: Bounds = (None, None)
SHARE: Bounds = (0, 1)
POSITIVE: Bounds = (0, None)


def check_schedules(graph: Graph, findings: Findings) -> None:
    """GF607 and GF612 for learning rates, momenta, weights, averages and steps; GF119 where one has
    no value. Numbers that do not change are the business of the tables.
    """
    stage = graph.spec.stage
    if (
        stage is not None
        and stage.level is not None
        and "res" not in (graph.spec.scope.growing or {})
    ):
        return  # its images are not known, since something else is wrong
    trial = _Trial(clock(graph), findings)
    for path, value, bounds, steps in numbers(graph):
        if isinstance(value, Live):
            trial.run(value, path, bounds, steps)
    for node in graph.nodes:
        match node.operation:
            case Number(Live() as value):
                trial.run(value, node.path)
            case Arithmetic("/"):
                divisor = graph.nodes[node.inputs[1]].operation
                if isinstance(divisor, Number) and isinstance(divisor.value, Live):
                    trial.divides(divisor.value, node.path)


def numbers(graph: Graph) -> Iterator[tuple[Path, object, Bounds, int]]:
    """What may be live: where it stands, its bounds, and the steps per round of its player."""
    spec = graph.spec
    for player, optimizer in spec.optimizers.items():
        path: Path = ("train", "players", player, "optimizer") if player else ("train", "optimizer")
        steps = _steps(graph, player)
        yield (*path, "lr"), optimizer.lr, POSITIVE, steps
        yield (*path, "weight_decay"), optimizer.weight_decay, POSITIVE, steps
        yield (*path, "momentum"), getattr(optimizer, "momentum", None), SHARE, steps
        yield (*path, "alpha"), getattr(optimizer, "alpha", None), SHARE, steps
        for k, beta in enumerate(getattr(optimizer, "betas", ())):
            yield (*path, "betas", k), beta, SHARE, steps
    for name, loss in spec.losses.items():
        yield ("losses", name, "weight"), loss.table.weight, ANY, 1
        yield ("losses", name, "top_k"), getattr(loss.params, "top_k", None), (1, None), 1
    for network in graph.networks.values():
        yield from _of_layers(network)
    for name, table in spec.train.players.items():
        yield ("train", "players", name, "steps"), table.steps, (1, None), 1
    if spec.train.ema is not None:
        yield ("train", "ema", "decay"), spec.train.ema.decay, SHARE, 1
        yield ("train", "ema", "half_life_kimg"), spec.train.ema.half_life_kimg, POSITIVE, 1


def feedback(graph: Graph) -> list[Feedback]:
    """The live numbers that follow a figure of the log."""
    return [value for _, value, _, _ in numbers(graph) if isinstance(value, Feedback)]


def _of_layers(network: Network) -> Iterator[tuple[Path, object, Bounds, int]]:
    """The live numbers of a network's layers."""
    for node, _ in block_nodes(network.body):
        if isinstance(node.operation, Layer):
            model = type(node.operation.params)
            for name, number in node.operation.live.items():
                yield (*node.path, name), number, live_bounds(model, name), 1


def _steps(graph: Graph, player: str) -> int:
    table = graph.spec.train.players.get(player)
    steps = table.steps if table is not None else 1
    return max(1, int(steps)) if isinstance(steps, int | float) else 1


@dataclass
class _Trial:
    """Tries live numbers at many moments, with a bound on the work of all of them together."""

    clock: Clock
    findings: Findings
    meter: Meter = field(default_factory=Meter)
    tried: dict[int, Moments] = field(default_factory=dict)
    """By the steps of a player in a round."""

    def run(self, live: Live, path: Path, bounds: Bounds = ANY, steps: int = 1) -> None:
        """Reports the first moment at which the number has no value, or leaves its bounds."""
        if bounds == ANY and isinstance(live.tree, ast.Name):
            return  # as a counter it always has a value
        numbers = live.over(self._moments(live, steps).columns, self.meter)
        if numbers is not None and all(_within(n, bounds) for n in (min(numbers), max(numbers))):
            return
        for moment, number in self._values(live, path, steps):
            if isinstance(number, bool) or not isinstance(number, int | float):
                help = "such as `0.5 * progress`"
                self.findings.add("GF114", path, f"`{live}` gives no number", help)
                return
            if not _within(number, bounds):
                self._leaves(live, path, bounds, number, moment)
                return

    def divides(self, live: Live, path: Path) -> None:
        """Reports the first moment at which a divisor in wiring is zero."""
        for moment, number in self._values(live, path, 1):
            if number == 0:
                message = f"the divisor `{live}` is zero, in round {moment['round']}"
                self.findings.add("GF119", path, message, NOT_BY_ZERO)
                return

    def _moments(self, live: Live, steps: int) -> Moments:
        if live.names <= self.clock.fixed:
            return self.clock.first
        if steps not in self.tried:
            self.tried[steps] = self.clock.moments(steps)
        moments = self.tried[steps]
        return moments.thinned(SPARSELY) if self.meter.work > ENOUGH_WORK else moments

    def _values(self, live: Live, path: Path, steps: int) -> Iterator[tuple[Moment, Value]]:
        for moment in self._moments(live, steps):
            meter = Meter()
            try:
                number = live.at(moment, meter)
            except FormulaError as error:
                error.message += f", in round {moment['round']}"
                self.findings.formula(error, path)
                return
            self.meter.work += meter.work
            yield moment, number

    def _leaves(
        self, live: Live, path: Path, bounds: Bounds, number: float, moment: Moment
    ) -> None:
        name = next(step for step in reversed(path) if isinstance(step, str))
        message = f"`{name}` is {number:.4g} at {moment['progress']:.0%} of training"
        message = f"{message}, and must be {_limits(bounds)}"
        if self.clock.is_sure(live, moment):
            help = "`linear(a, b, progress)` ends with training; `max` and `min` hold any number"
            self.findings.add("GF607", path, message, help)
        else:
            message = f"{message}, if the data have {self.clock.count:,} samples"
            help = "count in `progress`, or say how long training is in what the formula counts"
            self.findings.add("GF612", path, message, help)


def _within(number: float, bounds: Bounds) -> bool:
    low, high = bounds
    return not ((low is not None and number < low) or (high is not None and number > high))


def _limits(bounds: Bounds) -> str:
    """Bounds in words: `at least 1`, `from 0 to 1`."""
    low, high = bounds
    return f"at least {low}" if high is None else f"from {low} to {high}"
