"""From a Graph to a Plan: shared work once, gradients only where they are needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ganforge.graph.graph import Graph, Player
from ganforge.graph.nodes import NetworkCall, Source, upstream
from ganforge.graph.passes.gradients import (
    behind_differentiated,
    carrying_gradient,
    differentiated_by,
)
from ganforge.plan.plan import Plan, Step


def build_plan(graph: Graph) -> Plan:
    """The plan of a graph without errors."""
    train = graph.spec.train
    simultaneous = train.update == "simultaneous"
    main = _at(graph, 1)
    clipped = any(t.clip_weights or t.clip_gradients for t in train.players.values())
    plain = not clipped and not any(term.term.differentiates for term in main.terms)
    joint = simultaneous and train.reuse and plain and _one_step_each(graph)
    shared = () if simultaneous else _shared(main)
    carried = {p.name: carrying_gradient(main.nodes, p.networks) for p in main.players}
    with_gradient = frozenset(
        i
        for i in shared
        if any(i in carried[p.name] for p in main.players if i in _needed(main, p))
    )
    behind, moved = upstream(main.nodes, with_gradient), set().union(*carried.values())
    return Plan(
        graph=graph,
        steps=tuple(_step(main, player, () if joint else shared) for player in main.players),
        lazy=_lazy(graph),
        shared=shared,
        shared_with_gradient=with_gradient,
        shared_without_gradient=_without_gradient(main, behind, moved),
        joint=joint,
        simultaneous=simultaneous,
        reuse=train.reuse,
        sources=_sources(graph, upstream(graph.nodes, [i for t in graph.terms for i in t.tensors])),
        stages=tuple(build_plan(stage) for stage in graph.stages),
    )


def _at(graph: Graph, every: int) -> Graph:
    """The graph with the terms that are computed at each so many steps, and no others."""
    players = (
        replace(player, terms=tuple(t for t in player.terms if graph.every(t) == every))
        for player in graph.players
    )
    terms = tuple(term for term in graph.terms if graph.every(term) == every)
    return replace(graph, terms=terms, players=tuple(players))


def _lazy(graph: Graph) -> tuple[Step, ...]:
    """The second updates, each of one player."""
    numbers = sorted({graph.every(term) for term in graph.terms} - {1})
    parts = [(every, _at(graph, every)) for every in numbers]
    return tuple(
        replace(_step(part, player, ()), every=every)
        for every, part in parts
        for player in part.players
        if player.terms
    )


def _one_step_each(graph: Graph) -> bool:
    players = graph.spec.train.players
    return all(players[p.name].steps == 1 for p in graph.players if p.name in players)


def _needed(graph: Graph, player: Player, stop: Iterable[int] = ()) -> set[int]:
    """What a player's losses are made from, without what lies behind `stop`."""
    stopped, seen = set(stop), set()
    stack = [i for term in player.terms for i in term.tensors]
    while stack:
        index = stack.pop()
        if index not in seen:
            seen.add(index)
            if index not in stopped:
                stack.extend(graph.nodes[index].inputs)
    return seen


def _shared(graph: Graph) -> tuple[int, ...]:
    """With `reuse`, the calls that several players make of networks no earlier player has moved,
    and through which no loss differentiates.
    """
    if not graph.spec.train.reuse or not _one_step_each(graph):
        return ()
    needed = [_needed(graph, player) for player in graph.players]
    live = set().union(*needed)
    alone = set().union(
        *(behind_differentiated(graph, p) - differentiated_by(graph, p) for p in graph.players)
    )
    called = _called(graph)
    candidates = set()
    for index in live:
        users = [k for k, nodes in enumerate(needed) if index in nodes]
        moved = {n for k in users[:-1] for n in graph.players[k].networks}
        if len(users) > 1 and called[index] and not called[index] & moved and index not in alone:
            candidates.add(index)
    taken = {i for term in graph.terms for i in term.tensors}
    taken |= {i for k in live - candidates for i in graph.nodes[k].inputs}
    return tuple(sorted(candidates & taken))


def _called(graph: Graph) -> list[frozenset[str]]:
    """For every node the networks that are called to make it."""
    called: list[frozenset[str]] = []
    for node in graph.nodes:
        own = [node.operation.network] if isinstance(node.operation, NetworkCall) else []
        inputs = [called[i] for i in node.inputs]
        if not own and len(set(inputs)) == 1:
            called.append(inputs[0])  # one set for a whole chain
        else:
            called.append(frozenset(own).union(*inputs))
    return called


def _step(graph: Graph, player: Player, shared: tuple[int, ...]) -> Step:
    needed = _needed(graph, player, shared)
    leaves = differentiated_by(graph, player)
    gradient = carrying_gradient(graph.nodes, player.networks)
    gradient |= behind_differentiated(graph, player) - leaves
    received = tuple((i, i not in gradient) for i in shared if i in needed)
    own = needed - set(shared)
    through = {
        op.network
        for i in own & gradient
        if isinstance(op := graph.nodes[i].operation, NetworkCall)
    }
    named = {name for term in player.terms for name in term.named}
    frozen = (through | named) - set(player.networks)
    learnable = set(graph.learnable())
    return Step(
        player=player,
        terms=player.terms,
        sources=_sources(graph, own),
        received=received,
        without_gradient=_without_gradient(graph, own, gradient),
        needed=frozenset(needed),
        differentiated=leaves - gradient,
        frozen=tuple(n for n in graph.networks if n in frozen & learnable),
    )


def _without_gradient(graph: Graph, own: set[int], gradient: set[int]) -> tuple[int, ...]:
    """The last nodes of what needs no gradient and calls a network.

    What is cut off from something with gradient comes after that, and so not among them.
    """
    calls: set[int] = set()  # of a network, or made from such a call
    behind: set[int] = set()  # a cut
    for i in sorted(own):
        node = graph.nodes[i]
        if i not in gradient and any(k in gradient or k in behind for k in node.inputs):
            behind.add(i)
        if isinstance(node.operation, NetworkCall) or any(k in calls for k in node.inputs):
            calls.add(i)
    still = ((own - gradient) & calls) - behind
    taken = {k for i in still for k in graph.nodes[i].inputs if k in still}
    outside = {k for i in own - still for k in graph.nodes[i].inputs}
    roots = {t for term in graph.terms for t in term.tensors}
    return tuple(sorted(i for i in still if i not in taken or i in outside or i in roots))


def _sources(graph: Graph, nodes: Iterable[int]) -> tuple[str, ...]:
    found = set(nodes)
    return tuple(
        op.name
        for i, node in enumerate(graph.nodes)
        if i in found and isinstance(op := node.operation, Source)
    )
