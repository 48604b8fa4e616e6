"""Who is trained by what: each trainable network belongs to one player with one optimiser."""

from __future__ import annotations

from dataclasses import replace

from ganforge.diagnostics.diagnostic import Label
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.graph.graph import Graph, Player
from ganforge.graph.nodes import Body
from ganforge.graph.passes.game import listed
from ganforge.graph.passes.gradients import cut_before
from ganforge.spec.findings import Findings


def find_players(graph: Graph, findings: Findings) -> Graph:
    """The graph with its players: critics in `critic`, all others in `generator`, unless the spec
    says otherwise.
    """
    owner = _declared(graph, findings)
    critics = {name for term in graph.terms if term.term.side == "critic" for name in term.moves}
    for name in graph.trainable():
        owner.setdefault(name, "critic" if name in critics else "generator")
    if _is_known(graph):
        _check_taken(graph, owner, critics, findings)
        _check_order(graph, owner, findings)
    _check_steps(graph, findings)
    order = dict.fromkeys([*graph.spec.train.order, *owner.values()])
    players = []
    moved = {name for term in graph.terms for name in term.moves}
    for player in order:
        networks = tuple(n for n in graph.trainable() if owner[n] == player)
        if graph.spec.stage is not None:  # what no loss moves stands still in this stage
            networks = tuple(name for name in networks if name in moved)
        terms = tuple(t for t in graph.terms if t.moves & set(networks))
        if networks:
            players.append(Player(player, networks, terms))
    return replace(graph, players=tuple(players))


def _declared(graph: Graph, findings: Findings) -> dict[str, str]:
    owner: dict[str, str] = {}
    for player, table in graph.spec.train.players.items():
        for k, name in enumerate(table.networks or ()):
            path = ("train", "players", player, "networks", k)
            if name not in graph.spec.networks:
                help = did_you_mean(name, list(graph.spec.networks))
                findings.add("GF602", path, f"no network is called `{name}`", help)
            elif owner.setdefault(name, player) != player:
                message = (
                    f"the network `{name}` belongs to the players `{owner[name]}` and `{player}`"
                )
                findings.add("GF408", path, message, "a network has one optimiser: list it once")
    return owner


def _is_known(graph: Graph) -> bool:
    """Whether it is known of every loss what it moves: no mistake hides who is trained."""
    moving = {term.loss for term in graph.terms}
    return graph.spec.sound and bool(moving) and set(graph.losses) == moving


def _check_taken(
    graph: Graph, owner: dict[str, str], critics: set[str], findings: Findings
) -> None:
    """GF602 for a table of `critic` or `generator` whose networks another player lists."""
    for player in ("critic", "generator"):
        table = graph.spec.train.players.get(player)
        own = [n for n in graph.trainable() if (n in critics) == (player == "critic")]
        if table is None or table.networks or player in owner.values() or not own:
            continue
        if _of_all_stages(("train", "players", player), findings):
            continue
        taken = owner[own[0]]
        message = f"the player `{player}` has no network: `{taken}` lists {listed(own)}"
        help = f"take {listed(own)} out of the networks of `{taken}`, or remove this table"
        span = findings.document.span(("train", "players", taken, "networks"))
        related = (Label(span, f"{listed(own)} is listed here"),) if span else ()
        path = ("train", "players", player)
        findings.add("GF602", path, message, help, key=True, related=related)


def _check_order(graph: Graph, owner: dict[str, str], findings: Findings) -> None:
    order = graph.spec.train.order
    players = set(owner.values())
    missing = sorted(players - set(order))
    if missing and not players & set(order) and all(name in graph.spec.networks for name in order):
        owners = [owner[name] for name in order if name in owner]
        written = ", ".join(f'"{player}"' for player in dict.fromkeys(owners))
        message, help = "`order` names players, not networks", f"write `order = [{written}]`"
        findings.add("GF608", ("train", "order"), message, help)
        return
    twice = [player for k, player in enumerate(order) if player in order[:k]]
    for player in missing[len(twice) :]:
        message = f"`order` lacks the player `{player}`"
        findings.add("GF608", ("train", "order"), message, f"add `{player}`")
    for k, player in enumerate(order):
        path = ("train", "order", k)
        if player in order[:k]:
            message = f"`order` names the player `{player}` twice"
            help = f"`[train.players.{player}] steps = 2` repeats it"
            if missing:
                other = missing.pop(0)
                message, help = f"{message}, and not `{other}`", f"write `{other}` for one of them"
            findings.add("GF608", path, message, help)
        elif (
            player not in players
            and not _lists(graph, player)
            and not _of_all_stages(path, findings)
        ):
            report_player(player, path, players, findings)
    for player in graph.spec.train.players:
        table: Path = ("train", "players", player)
        told = any(d.path == f"train.players.{player}" for d in findings.items)
        told = told or _of_all_stages(table, findings)
        if player not in players and not told and not _lists(graph, player):
            report_player(player, table, players, findings)


def _of_all_stages(path: Path, findings: Findings) -> bool:
    """Whether a key of `[train]` holds for several stages: some of them need no such player."""
    return bool(findings.training) and findings.place(path) == path


def _check_steps(graph: Graph, findings: Findings) -> None:
    """GF611: players that step at once take one step."""
    if graph.spec.train.update != "simultaneous":
        return
    for player, table in graph.spec.train.players.items():
        if table.steps != 1:
            path = ("train", "players", player, "steps")
            message = f"`{player}` cannot take steps of its own: all players step at once"
            findings.add("GF611", path, message, 'write `update = "alternating"`')


def _lists(graph: Graph, player: str) -> bool:
    """Whether a player names networks of its own; a mistake in them is reported there."""
    table = graph.spec.train.players.get(player)
    return bool(table and table.networks)


def report_player(player: str, path: Path, players: set[str], findings: Findings) -> None:
    """GF602 for a player to whom no network belongs."""
    if player in ("critic", "generator") and path[1] == "order":
        return
    message = f"no network belongs to the player `{player}`: it trains nothing"
    help = did_you_mean(player, sorted(players), of="player")
    findings.add("GF602", path, message, help, key=path[1] == "players")


def check_clipping(graph: Graph, findings: Findings) -> None:
    """GF115: `clip_weights` holds weights that are learned as they are."""
    for player in graph.players:
        table = graph.spec.train.players.get(player.name)
        if table is None or table.clip_weights is None:
            continue
        for name in player.networks:
            if kind := _parametrised(graph.networks[name].body):
                message = f"`{name}` computes its weights (`{kind}`) from what would be clipped"
                path = ("train", "players", player.name, "clip_weights")
                findings.add("GF115", path, message, "drop `clip_weights`, or `weights`", key=True)


def _parametrised(body: Body) -> str:
    """The first parametrisation of weights in a network, if there is one."""
    made = (layer.parametrizer for layer in body.layers())
    return next((p.parametrization.name for p in made if p and p.parametrization.function), "")


def check_moved(graph: Graph, findings: Findings) -> None:
    """GF402: every network that is not frozen learns from some loss."""
    moved = {name for term in graph.terms for name in term.moves}
    for name in graph.trainable():
        if name not in moved:
            report_unmoved(graph, name, findings)


def report_unmoved(graph: Graph, name: str, findings: Findings) -> None:
    """Says of a network that no loss moves it, and where its gradient is cut."""
    message = f"no loss moves the network `{name}`"
    cuts = (cut_before(graph, loss, {name}) for loss in graph.losses.values())
    if cut := next(filter(None, cuts), None):
        message = f"{message}: `detach` cuts its gradient"
        findings.add("GF402", cut, message, "remove `detach`, or write `frozen = true`")
    else:
        help = "add a loss that reaches it, or write `frozen = true`"
        findings.add("GF402", ("networks", name), message, help, key=True)
