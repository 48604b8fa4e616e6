"""A described spec as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ganforge.spec.train import LENGTHS


def as_text(about: dict[str, Any]) -> str:
    """Networks as tables, then losses, players and length."""
    lines = [f"{about['name']}: {about['title']}" if about["title"] else about["name"]]
    if about["paper"]:
        lines.append(about["paper"])
    if about["params"]:
        lines.append(f"params: {_pairs(about['params'])}")
    for network in about["networks"]:
        lines += ["", *_network(network)]
    lines += ["", "Losses", *_losses(about["losses"])]
    for _, stages in groupby(about["stages"], lambda stage: stage["table"]):
        lines += ["", *_stages(list(stages))]
    if not about["stages"]:
        lines += ["", "Players", *(_player(player) for player in about["players"])]
        lines += ["", _training(about["training"])]
    return "\n".join(lines)


def _stages(stages: list[dict[str, Any]]) -> Iterator[str]:
    """The stages of a table: one, or one for each level."""
    stage = stages[-1]
    begins = f", starts from {stage['init_from']}" if stage["init_from"] else ""
    begins += ", fresh optimisers" if stage["fresh_optimizers"] else ""
    name = stage["name"] if len(stages) == 1 else f"{stage['table']}, one for each level"
    yield f"Stage {name}: losses {', '.join(stage['losses'])}{begins}"
    for k, player in enumerate(stage["players"]):
        batches = [(each["players"][k]["batch"], each["training"]["batch"]) for each in stages]
        told = len(set(batches)) > 1 and all(own == common for own, common in batches)
        yield _player(player, batch=not told)
    for each in stages:
        named = f"{each['name']}: " if len(stages) > 1 else ""
        level = (
            f"level {each['level']}, {each['res']} pixels, " if each["level"] is not None else ""
        )
        fade = f"{each['fade_kimg']:,} kimg of fade, " if each["fade_kimg"] else ""
        yield f"  {named}{level}{fade}{_training(each['training']).removeprefix('Training: ')}"


def _network(network: dict[str, Any]) -> Iterator[str]:
    inputs = ", ".join(f"{name} {shape}" for name, shape in network["inputs"].items())
    notes = f", the class of {network['like']}" if network["like"] != network["name"] else ""
    notes += ", frozen" if network["frozen"] else ""
    yield f"{network['name']}: {inputs} -> {network['output']}{notes}"
    rows = [("#", "layer", "takes", "output", "weights")]
    for row in network["layers"]:
        depth = "  " * row["number"].count(".")
        layer, weights = f"{depth}{row['layer']}", _count(row["weights"])
        rows.append((row["number"], layer, row["takes"], row["output"], weights))
    yield from _aligned(rows)
    yield f"  {_all_weights(network)} weights"


def _all_weights(network: dict[str, Any]) -> str:
    if network["weights"] is not None:
        return _count(network["weights"])
    outer = (row for row in network["layers"] if "." not in row["number"])
    return f"at least {sum(row['weights'] or 0 for row in outer):,}"


def _count(weights: int | None) -> str:
    return "-" if weights is None else f"{weights:,}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Columns of equal width, the last one to the right; an empty column is left out."""
    shown = [k for k in range(len(rows[0])) if any(row[k] for row in rows[1:])]
    widths = {k: max(len(row[k]) for row in rows) for k in shown}
    for row in rows:
        cells = [row[k].ljust(widths[k]) for k in shown[:-1]]
        yield "  ".join(["", *cells, row[-1].rjust(widths[shown[-1]])]).rstrip()


def _losses(losses: list[dict[str, Any]]) -> Iterator[str]:
    for loss in losses:
        weight = "" if loss["weight"] == 1 else f", weight {loss['weight']}"
        every = "" if loss["every"] == 1 else f", every {loss['every']} steps"
        params = f" ({_pairs(loss['params'])})" if loss["params"] else ""
        kind = "" if loss["kind"] == loss["name"] else f" is {loss['kind']}"
        of = _pairs({**loss["tensors"], **loss["networks"]})
        yield f"  {loss['name']}{kind}{params}{weight}{every}: {of}"
        for term in loss["terms"]:
            yield f"    {term['function']} moves {', '.join(term['moves']) or 'nothing'}"


def _player(player: dict[str, Any], batch: bool = True) -> str:
    """A player; its batch is left out where its stages tell it."""
    optimizer = dict(player["optimizer"])
    kind = optimizer.pop("kind")
    steps = f"{player['steps']} step{'' if player['steps'] == 1 else 's'} a round"
    networks = ", ".join(player["networks"])
    clipped = "".join(
        f", {bound} = {player[bound]}"
        for bound in ("clip_weights", "clip_gradients")
        if player[bound] is not None
    )
    own = f", batch {player['batch']}" if batch else ""
    how = f"{steps}{own}, {kind} ({_pairs(optimizer)}){clipped}"
    return f"  {player['name']} moves {networks}: {how}"


def _training(training: dict[str, Any]) -> str:
    length = ", ".join(f"{training[name]:,} {name}" for name in LENGTHS if name in training)
    reuse = ", one draw for all players" if training["reuse"] else ""
    ema = f", EMA ({_pairs(training['ema'])})" if training["ema"] else ""
    monitor = f", monitor ({_pairs(training['monitor'])})" if training["monitor"] else ""
    how = f"batch {training['batch']}, {training['update']}{reuse}{ema}{monitor}"
    return f"Training: {length}, {how}"


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {_value(value)}" for name, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return f"({_pairs(value)})"
    return str(value).lower() if isinstance(value, bool) else str(value)
