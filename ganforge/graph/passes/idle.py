"""Options that change nothing where they stand, though they were meant to."""

from __future__ import annotations

from ganforge.document import Path
from ganforge.formula.live import Live
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Layer
from ganforge.graph.passes.bodies import block_nodes, first_mixing
from ganforge.graph.passes.moments import clock
from ganforge.spec.findings import Findings, lookup


def check_idle(graph: Graph, findings: Findings) -> None:
    """GF720."""
    _check_batches(graph, findings)
    _check_top(graph, findings)
    _check_histories(graph, findings)
    _check_statistics(graph, findings)
    _check_average(graph, findings)
    for name in graph.networks:
        _check_starts(graph, name, findings)


def _report(findings: Findings, path: Path, why: str, help: str) -> None:
    key = next(step for step in reversed(path) if isinstance(step, str))
    findings.add("GF720", path, f"`{key}` has no effect here: {why}", help, key=True)


def _check_batches(graph: Graph, findings: Findings) -> None:
    train = graph.spec.train
    for name, table in train.players.items():
        if train.reuse and table.batch not in (None, train.batch):
            path: Path = ("train", "players", name, "batch")
            why = "with `reuse` all players of a round have one batch"
            _report(findings, path, why, "remove it, or `reuse`")


def _check_top(graph: Graph, findings: Findings) -> None:
    """`top_k` leaves some samples of a batch out, at the start or at the end of training."""
    for name, loss in graph.spec.losses.items():
        top = getattr(loss.params, "top_k", None)
        if top is None:
            continue
        batch, least = _batch(graph, name), _least(graph, top)
        if least >= batch:
            why = f"a batch has {batch} samples, and {least:g} of them are taken"
            help = f"take fewer than {batch}" if batch > 1 else "train with a larger batch"
            _report(findings, ("losses", name, "top_k"), why, help)


def _least(graph: Graph, number: object) -> float:
    """A number, or the smaller of what a live one is at the start and at the end."""
    if not isinstance(number, Live):
        return float(number) if isinstance(number, int | float) else 0
    time = clock(graph)
    values = [number.at(moment) for moment in (time.at(0, 0), time.at(time.rounds - 1, 0))]
    return min((float(v) for v in values if isinstance(v, int | float)), default=0)


def _batch(graph: Graph, loss: str) -> int:
    """The batch of the player whose networks the generator's side of a loss moves."""
    train = graph.spec.train
    for player in graph.players:
        table = train.players.get(player.name)
        moved = any(t.loss == loss and t.term.side == "generator" for t in player.terms)
        if moved and table is not None and table.batch and not train.reuse:
            return table.batch
    return train.batch


def _check_histories(graph: Graph, findings: Findings) -> None:
    """Older samples are kept for a critic, and it does not learn from the loss."""
    for name, loss in graph.losses.items():
        declaration = loss.spec.declaration
        if declaration.tables or declaration.inspected or loss.spec.table.trains is None:
            continue
        keeps = any(term.replays for term in declaration.terms(loss.spec.params))
        if keeps and not any(t.loss == name and t.term.replays for t in graph.terms):
            key = "pool" if hasattr(loss.spec.params, "pool") else "kind"
            why = "a critic's own step alone judges older samples, and `trains` names no critic"
            _report(findings, ("losses", name, key), why, "remove it, or name the critic")


def _check_statistics(graph: Graph, findings: Findings) -> None:
    mixes = any(first_mixing(network.body) for network in graph.networks.values())
    if graph.spec.sample.statistics != "running" and not mixes:
        _report(findings, ("sample", "statistics"), "no network has batch norm", "remove it")


def _check_average(graph: Graph, findings: Findings) -> None:
    ema, rounds = graph.spec.train.ema, clock(graph).rounds
    if ema is not None and graph.spec.train.epochs is None and ema.start >= rounds:
        why = f"training ends after {rounds:,} rounds"
        _report(findings, ("train", "ema", "start"), why, f"start before round {rounds:,}")


def _check_starts(graph: Graph, name: str, findings: Findings) -> None:
    """`init` where the parametrisation of the weights draws them itself."""
    layers = [
        (node.path, _draws(node.operation))
        for node, _ in block_nodes(graph.networks[name].body)
        if isinstance(node.operation, Layer) and node.operation.owns_weights
    ]
    for path, parametrization in layers:
        table = lookup(findings.document, path)
        if parametrization and isinstance(table, dict) and "init" in table:
            why = f"`{parametrization}` draws the weights itself"
            _report(findings, (*path, "init"), why, "remove it")
    if layers and all(drawn for _, drawn in layers) and graph.spec.networks[name].init is not None:
        why = f"`{layers[0][1]}` draws all weights of `{name}` itself"
        _report(findings, ("networks", name, "init"), why, "remove it")


def _draws(layer: Layer) -> str:
    """The parametrisation that draws a layer's weights itself, if it has one."""
    made = layer.parametrizer
    return made.parametrization.name if made and made.parametrization.starts else ""
