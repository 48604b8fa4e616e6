"""Live numbers must stay in their range for the whole of training."""

from __future__ import annotations

from ganforge.document import Path
from ganforge.formula.errors import FormulaError
from ganforge.formula.live import Live
from ganforge.graph.graph import Graph
from ganforge.spec.validate import Findings

POINTS = 200


def check_schedules(graph: Graph, findings: Findings) -> None:
    """GF607 for learning rates, momenta, weights and steps."""
    spec = graph.spec
    for player, optimizer in spec.optimizers.items():
        path: Path = ("train", "players", player, "optimizer") if player else ("train", "optimizer")
        _check(graph, optimizer.lr, (*path, "lr"), (0, None), findings)
        momentum = getattr(optimizer, "momentum", None)
        _check(graph, momentum, (*path, "momentum"), (0, 1), findings)
        for k, beta in enumerate(getattr(optimizer, "betas", ())):
            _check(graph, beta, (*path, "betas", k), (0, 1), findings)
    for name, loss in spec.losses.items():
        _check(graph, loss.table.weight, ("losses", name, "weight"), (None, None), findings)
    for name, table in spec.train.players.items():
        _check(graph, table.steps, ("train", "players", name, "steps"), (1, None), findings)
    if spec.train.ema is not None:
        _check(graph, spec.train.ema.decay, ("train", "ema", "decay"), (0, 1), findings)
        _check(
            graph,
            spec.train.ema.half_life_kimg,
            ("train", "ema", "half_life_kimg"),
            (0, None),
            findings,
        )


def _check(
    graph: Graph,
    value: object,
    path: Path,
    bounds: tuple[float | None, float | None],
    findings: Findings,
) -> None:
    for progress, number in _values(graph, value, path, findings):
        low, high = bounds
        if (low is not None and number < low) or (high is not None and number > high):
            limits = f"at least {low}" if high is None else f"from {low} to {high}"
            when = f" at {progress:.0%} of training" if isinstance(value, Live) else ""
            name = path[-1] if isinstance(path[-1], str) else path[-2]
            message = f"`{name}` is {number:.4g}{when}, and must be {limits}"
            code = "GF607" if isinstance(value, Live) else "GF115"
            findings.add(
                code,
                path,
                message,
                "`linear(a, b, t)` holds `t` in 0..1" if isinstance(value, Live) else None,
            )
            return


def _values(
    graph: Graph, value: object, path: Path, findings: Findings
) -> list[tuple[float, float]]:
    """The number at moments through training, or the one constant."""
    if not isinstance(value, Live):
        return [(0.0, float(value))] if isinstance(value, int | float) else []
    result = []
    try:
        for k in range(POINTS):
            moment = _moment(graph, k / POINTS)
            number = value.at(moment)
            if not isinstance(number, int | float):
                findings.add("GF114", path, f"`{value}` gives no number")
                return []
            result.append((k / POINTS, float(number)))
    except FormulaError as error:
        findings.formula(error, path)
        return []
    return result


def _moment(graph: Graph, progress: float) -> dict[str, int | float | bool | str | list[object]]:
    """Training's counters at a part of the way, as far as they can be known before data is seen."""
    train, count = graph.spec.train, graph.spec.data.table.count if graph.spec.data else 50_000
    if train.epochs:
        images = train.epochs * count
    elif train.kimg:
        images = train.kimg * 1000
    else:
        images = float((train.rounds or 1) * train.batch)
    rounds = train.rounds or images / train.batch
    return {
        "progress": progress,
        "step": int(progress * rounds),
        "round": int(progress * rounds),
        "kimg": progress * images / 1000,
        "epoch": progress * (train.epochs or images / count),
    }
