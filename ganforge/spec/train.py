"""`[train]`: one length, the players, and an optimiser for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ganforge.document import Path
from ganforge.formula.evaluate import Scope
from ganforge.spec.findings import Findings
from ganforge.spec.keys import meant_key
from ganforge.spec.models import Adam, AnyOptimizer, PlayerTable, RmsProp, Sgd, TrainTable
from ganforge.spec.names import check_name
from ganforge.spec.validate import chosen, read

OPTIMIZERS: Mapping[str, type[AnyOptimizer]] = {"sgd": Sgd, "adam": Adam, "rmsprop": RmsProp}
COMMON: Path = ("train", "optimizer")
LENGTHS = ("kimg", "rounds", "epochs")


def read_train(
    table: Mapping[str, Any], scope: Scope, findings: Findings, extra_keys: Sequence[str] = ()
) -> TrainTable:
    """The table, or its defaults after reporting what is wrong. extra_keys: what may stand beside
    its keys.
    """
    flat = {key: value for key, value in table.items() if key != "players"}
    read_table = read(
        TrainTable, flat, ("train",), scope, findings, table="train", extra_keys=extra_keys
    )
    train = read_table or TrainTable()
    given = [key for key in LENGTHS if key in table]
    known = {*TrainTable.model_fields, *extra_keys}
    misspelled = any(meant_key("train", key, LENGTHS) for key in table if key not in known)
    if table and not given and not misspelled and not findings.document.values.get("stages"):
        findings.add(
            "GF601", ("train",), "`[train]` has no length", "give one of kimg, rounds, epochs"
        )
    if len(given) > 1:
        where = f"the stage `{findings.training}`" if findings.training else "`[train]`"
        message = f"{where} has {len(given)} lengths: {', '.join(given)}"
        own, inherited = _newest(given, findings)
        help = "keep one of kimg, rounds, epochs"
        if inherited:
            help = f'write `without = ["train.{inherited}"]`, since `{inherited}` is inherited'
        findings.add("GF601", ("train", own), message, help, key=True)
    if train.ema is not None and (train.ema.decay is None) == (train.ema.half_life_kimg is None):
        message = "`ema` needs `decay` or `half_life_kimg`, and not both"
        findings.add("GF111", ("train", "ema"), message, "write `ema = { decay = 0.999 }`")
    return train.model_copy(update={"players": _players(table.get("players", {}), scope, findings)})


def _newest(given: list[str], findings: Findings) -> tuple[str, str | None]:
    """The length that the spec itself says, and the one it inherits, if any."""
    for name in given:
        span = findings.document.span(("train", name), key=True)
        if span is not None and span.file != findings.document.name:
            return next(other for other in given if other != name), name
    return given[-1], None


def _players(table: Any, scope: Scope, findings: Findings) -> dict[str, PlayerTable]:
    players: dict[str, PlayerTable] = {}
    if not isinstance(table, dict):
        help = "write `[train.players.critic]`"
        findings.add("GF114", ("train", "players"), "`players` must be a table", help)
        return players
    for name, value in table.items():
        path = ("train", "players", name)
        if check_name(name, path, findings):
            player = read(PlayerTable, value, path, scope, findings, table="train.players")
            if player is not None:
                players[name] = player
    return players


def read_optimizers(
    table: Mapping[str, Any], scope: Scope, findings: Findings
) -> dict[str, AnyOptimizer]:
    """By player, the common one under the empty name. A player's table is merged over the common
    one.
    """
    common = table.get("optimizer")
    if table and common is None:
        help = 'write `optimizer = { kind = "adam", lr = 2e-4 }`'
        findings.add("GF111", ("train",), "`[train]` needs `optimizer`", help)
    if not isinstance(common, dict):
        return {}
    found = {"": _optimizer(common, COMMON, scope, findings, {})}
    players = table.get("players", {})
    for name, player in players.items() if isinstance(players, dict) else ():
        own = player.get("optimizer") if isinstance(player, dict) else None
        if isinstance(own, dict):
            found[name] = _players_own(name, common, own, scope, findings)
    return {name: optimizer for name, optimizer in found.items() if optimizer is not None}


def _players_own(
    player: str,
    common: Mapping[str, Any],
    own: Mapping[str, Any],
    scope: Scope,
    findings: Findings,
) -> AnyOptimizer | None:
    """A player's optimiser: its keys laid over the common ones, unless its kind is another."""
    path: Path = ("train", "players", player, "optimizer")
    if own.get("kind", common.get("kind")) != common.get("kind"):
        return _optimizer(own, path, scope, findings, {})
    origins: dict[str, Path] = {key: (*COMMON, key) for key in common if key not in own}
    return _optimizer({**common, **own}, path, scope, findings, origins)


def _optimizer(
    value: Mapping[str, Any],
    path: Path,
    scope: Scope,
    findings: Findings,
    origins: Mapping[str, Path],
) -> AnyOptimizer | None:
    named_at = COMMON if "kind" in origins else path
    kind = chosen(value, "kind", OPTIMIZERS, named_at, findings)
    if kind is None:
        return None
    return read(OPTIMIZERS[kind], value, path, scope, findings, origins=origins)
