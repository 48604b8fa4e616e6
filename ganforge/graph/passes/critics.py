"""Practice with critics whose gradient is penalised or whose weights are clipped."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import combinations

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.graph.graph import Graph, MovingTerm, Player
from ganforge.graph.nodes import Apply, Node, upstream
from ganforge.graph.passes.bodies import block_nodes, first_mixing, is_bounded
from ganforge.graph.passes.gradients import reachable
from ganforge.plugins.declarations import Block
from ganforge.spec.findings import Findings
from ganforge.spec.models import Adam

MOST_MOMENTUM = 0.5
"""What published systems with gradient penalties use at most for Adam's first beta."""


def check_critics(graph: Graph, findings: Findings) -> None:
    """GF407, GF412, GF420, GF701, GF705, GF706 and GF718."""
    penalties = [t for t in graph.terms if t.term.differentiates]
    for name, loss in sorted({n: t.loss for t in penalties for n in t.moves}.items()):
        _check_mixing(graph, name, loss, findings)
    penalised = {n for t in penalties if not t.term.moves_makers for n in t.moves}
    _check_differentiable(graph, findings)
    _check_pairs(graph, findings)
    _check_shared(graph, findings)
    distances = {n for t in graph.terms if t.term.lipschitz for n in t.moves}
    for player in graph.players:
        _check_clipping(graph, player, penalised, findings)
        if penalised & set(player.networks):
            why = "whose gradient is penalised", "1704.00028"
            _check_momentum(graph, player, "GF706", why, findings)
        elif (critics := distances & set(player.networks)) and is_lipschitz(graph, critics):
            why = "whose slope must stay bounded", "1701.07875"
            _check_momentum(graph, player, "GF718", why, findings)


def is_lipschitz(graph: Graph, critics: Set[str]) -> bool:
    """Whether weights are clipped, gradients penalised, or weights normalised."""
    players = graph.spec.train.players
    clipped = any(
        players[p.name].clip_weights is not None
        for p in graph.players
        if p.name in players and critics & set(p.networks)
    )
    penalised = any(t.term.differentiates and t.moves & critics for t in graph.terms)
    return clipped or penalised or any(is_bounded(graph.networks[name].body) for name in critics)


def _check_mixing(graph: Graph, name: str, loss: str, findings: Findings) -> None:
    if found := first_mixing(graph.networks[name].body):
        message = f"`{found[0]}` in `{name}`, whose gradient is penalised per sample"
        help = "use layer norm or none (1704.00028, section 4)"
        span = findings.document.span(("losses", loss), key=True)
        related = (Label(span, "the penalty"),) if span else ()
        findings.add("GF701", found[1], message, help, related=related)


def _check_differentiable(graph: Graph, findings: Findings) -> None:
    """Every block between a score and what it is differentiated by has a second gradient."""
    for term in graph.terms:
        for node, block in _differentiated(graph, term):
            if not block.twice_differentiable:
                message = (
                    f"`{term.loss}` needs a gradient of a gradient, and `{block.name}` has none"
                )
                help = "use another block there, or drop the penalty"
                findings.add("GF412", node.path, message, help)


def _differentiated(graph: Graph, term: MovingTerm) -> Iterator[tuple[Node, Block]]:
    """The blocks through which a term takes its own gradient."""
    stop = {term.given[name] for name in term.term.differentiates}
    if not stop:
        return
    behind = upstream(graph.nodes, stop)
    inner = upstream(graph.nodes, term.tensors) - behind
    for index in sorted(inner):
        operation = graph.nodes[index].operation
        if isinstance(operation, Apply):
            yield graph.nodes[index], operation.block
    for name in sorted(graph.called(term.tensors) & _called_at(graph, inner)):
        yield from block_nodes(graph.networks[name].body)


def _called_at(graph: Graph, indices: set[int]) -> set[str]:
    operations = (graph.nodes[i].operation for i in indices)
    return {name for op in operations if (name := getattr(op, "network", ""))}


def _check_shared(graph: Graph, findings: Findings) -> None:
    """A network before the critic that the real samples go through too, and not they alone."""
    for term in graph.terms:
        loss, narrowed = graph.losses[term.loss], graph.losses[term.loss].spec.table.trains
        if term.term.side != "generator" or not loss.has_sides or narrowed is not None:
            continue
        of_real, of_fake = (reachable(graph, [loss.tensors[s]]) for s in ("real", "fake"))
        for name in sorted(of_real & of_fake & term.moves):
            message = f"`{name}` stands before the critic in `real` and `fake`, and learns on the "
            message += "generator's side"
            named = sorted(term.moves | critics_of(graph, term.loss))
            trains = ", ".join(f'"{other}"' for other in named)
            help = f"write `detach({name}(...))`, or, if it is meant, `trains = [{trains}]`"
            findings.add("GF407", ("losses", term.loss, "real"), message, help)


def critics_of(graph: Graph, loss: str) -> set[str]:
    """The networks that the critic's side of a loss moves."""
    terms = (t for t in graph.terms if t.loss == loss and t.term.side == "critic")
    return {name for term in terms for name in term.moves}


def _check_pairs(graph: Graph, findings: Findings) -> None:
    """Two penalties of one critic agree where both draw its gradient to 0, of different samples."""
    penalties = [t for t in graph.terms if t.term.gradient_norm is not None]
    for first, second in combinations(penalties, 2):
        shared = sorted(first.moves & second.moves)
        if not shared or _go_together(graph, first, second):
            continue
        norms = [f"{t.term.gradient_norm:g}" for t in (first, second)]
        message = f"`{first.loss}` and `{second.loss}` both penalise the gradient of `{shared[0]}`"
        if norms[0] != norms[1]:
            message = f"{message}: one draws it to {norms[0]}, the other to {norms[1]}"
        span = graph.spec.document.span(("losses", first.loss), key=True)
        related = (Label(span, "the other penalty"),) if span else ()
        help = f'remove one; if it is inherited: `without = ["losses.{first.loss}"]`'
        path = ("losses", second.loss)
        findings.add("GF420", path, message, help, key=True, related=related)


def _go_together(graph: Graph, first: MovingTerm, second: MovingTerm) -> bool:
    """Whether both draw a gradient to 0 by different samples, or each the gradient of a score of
    its own.
    """
    norms = {first.term.gradient_norm, second.term.gradient_norm}
    places = [
        {graph.losses[t.loss].tensors[n] for n in t.term.differentiates} for t in (first, second)
    ]
    scores = [_scores(graph, t) for t in (first, second)]
    return (norms == {0} and not places[0] & places[1]) or scores[0] != scores[1]


def _scores(graph: Graph, term: MovingTerm) -> set[tuple[str, str]]:
    """What a term differentiates: the networks that give it, with the names of their outputs."""
    names = [n for n in term.given if n not in term.term.differentiates]
    found = set()
    for index in (graph.losses[term.loss].tensors[name] for name in names):
        node, output = graph.nodes[index], getattr(graph.nodes[index].operation, "name", "")
        called = graph.nodes[node.inputs[0]] if output and node.inputs else node
        found.add((getattr(called.operation, "network", ""), output))
    return found


def _check_clipping(graph: Graph, player: Player, penalised: set[str], findings: Findings) -> None:
    table = graph.spec.train.players.get(player.name)
    if table is None or table.clip_weights is None:
        return
    path: Path = ("train", "players", player.name, "clip_weights")
    help = f'remove one; if it is inherited: `without = ["{".".join(map(str, path))}"]`'
    for name in player.networks:
        if name in penalised:
            message = f"the weights of `{name}` are clipped, and its gradient is penalised"
            findings.add("GF705", path, message, help)


def _check_momentum(
    graph: Graph, player: Player, code: str, why: tuple[str, str], findings: Findings
) -> None:
    optimizer = graph.spec.optimizer(player.name)
    if not isinstance(optimizer, Adam):
        return
    own = player.name in graph.spec.optimizers
    path: Path = ("train", "players", player.name, "optimizer") if own else ("train", "optimizer")
    first = optimizer.betas[0]
    if isinstance(first, int | float) and first > MOST_MOMENTUM:
        message = f"Adam's first beta is {first:g} for a critic {why[0]}"
        help = f"write `betas = [0, 0.9]` ({why[1]})"
        if code == "GF718":
            help = f"use RMSprop, or write `betas = [0, 0.9]` ({why[1]})"
        findings.add(code, (*path, "betas"), message, help)
