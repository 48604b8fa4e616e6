"""From a compiled spec to its picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ganforge.graph.graph import Graph, MovingTerm, Network
from ganforge.graph.nodes import upstream
from ganforge.pipeline import Compilation
from ganforge.plan.plan import Plan, Step
from ganforge.show.describe import loss_about, plain, players_about, training_about
from ganforge.show.picture.drawn import Drawn, loss_place
from ganforge.show.picture.gradients import LOSS, Backward, backward
from ganforge.show.picture.model import (
    Cut,
    Flow,
    NetworkAbout,
    Picture,
    Side,
    View,
)
from ganforge.show.picture.rows import Rows
from ganforge.show.picture.stages import length_of, stage_name, stage_view, steps_in, table_of
from ganforge.show.picture.wording import shape_text


def picture_of(compilation: Compilation) -> Picture:
    """What the page of a spec shows. The compilation must be free of errors."""
    plan = compilation.plan
    assert plan is not None
    graph, drawn, rows = plan.graph, Drawn(plan.graph), Rows()
    sides = _sides(graph)
    views, flows = _tabs(drawn, plan, sides, rows)
    gan = graph.spec.gan
    return Picture(
        name=gan.name,
        title=gan.title,
        paper=gan.paper,
        notes=gan.notes,
        params=plain(dict(graph.spec.params)),
        training=training_about(plan),
        boxes=tuple(drawn.boxes.values()),
        edges=tuple(drawn.edges.values()),
        networks={n.name: _network(n, graph, sides, rows) for n in graph.networks.values()},
        blocks=rows.blocks,
        losses=tuple(loss_about(graph, loss) for loss in graph.losses.values()),
        players=tuple(players_about(plan)),
        sides=sides,
        flows=flows,
        views=(_whole(drawn, plan), *views),
        stages=tuple(f"{stage_name(stage)}: {length_of(stage)}" for stage in plan.stages),
    )


def _tabs(
    drawn: Drawn, plan: Plan, sides: dict[str, Side], rows: Rows
) -> tuple[list[View], tuple[Flow, ...]]:
    """The tabs beside that of everything, and how gradients flow in each: steps, or stages."""
    if plan.stages:
        views = [
            replace(stage_view(drawn, plan, stage), networks=_grown(stage, sides, rows))
            for stage in plan.stages
        ]
        flows = [
            replace(flow, view=view.id)
            for view, stage in zip(views, plan.stages, strict=True)
            for step in steps_in(plan, stage)
            for flow in _flows(drawn, step)
        ]
        return views, tuple(flows)
    steps = (*plan.steps, *plan.lazy)
    views = [_view(drawn, step, plan) for step in steps]
    return views, tuple(flow for step in steps for flow in _flows(drawn, step))


def _grown(stage: Plan, sides: dict[str, Side], rows: Rows) -> dict[str, NetworkAbout]:
    """The networks as a level has them; nothing in a stage without one."""
    assert stage.graph.spec.stage is not None
    if stage.graph.spec.stage.level is None:
        return {}
    return {n.name: _network(n, stage.graph, sides, rows) for n in stage.graph.networks.values()}


def _sides(graph: Graph) -> dict[str, Side]:
    """By player: a critic's, where some term moves a network of it as a critic."""
    critics = {name for term in graph.terms if term.term.side == "critic" for name in term.moves}
    return {
        player.name: "critic" if critics & set(player.networks) else "generator"
        for player in graph.players
    }


def _network(network: Network, graph: Graph, sides: dict[str, Side], rows: Rows) -> NetworkAbout:
    body = network.body
    player = next((p.name for p in graph.players if network.name in p.networks), "")
    lines = rows.of(body)
    return NetworkAbout(
        name=network.name,
        side=sides.get(player, "fixed"),
        player=player,
        like=network.like if network.like != network.name else "",
        frozen=network.table.frozen,
        inputs={
            name: shape_text(shape) for name, shape in zip(body.inputs, network.shapes, strict=True)
        },
        outputs={name: shape_text(body.nodes[i].shape) for name, i in body.outputs.items()},
        weights=sum(row.weights for row in lines),
        known=all(row.known for row in lines),
        layers=sum(1 for _ in body.layers()),
        rows=lines,
    )


def _whole(drawn: Drawn, plan: Plan) -> View:
    """The tab of everything."""
    names = dict.fromkeys(table_of(stage) for stage in plan.stages)
    return View(
        id="whole",
        kind="whole",
        title="Whole",
        note=f"In turn the stages {', '.join(names)}" if names else _round(plan),
        boxes=tuple(drawn.boxes),
        edges=tuple(edge.id for edge in drawn.edges.values()),
    )


def _round(plan: Plan) -> str:
    turns = []
    for step in plan.steps:
        table = plan.graph.spec.train.players.get(step.player.name)
        steps = table.steps if table else 1
        turns.append(step.player.name if steps == 1 else f"{step.player.name} × {plain(steps)}")
    if plan.simultaneous:
        return f"In each round {' and '.join(turns)} step at once"
    return f"In each round: {', then '.join(turns)}"


def _view(drawn: Drawn, step: Step, plan: Plan) -> View:
    """The tab of one player's step."""
    roots = [i for term in step.terms for i in term.tensors]
    active = upstream(plan.graph.nodes, roots)
    edges = {
        edge
        for i in active
        for k in plan.graph.nodes[i].inputs
        for edge in drawn.taken.get((k, i), ())
    }
    losses = dict.fromkeys(term.loss for term in step.terms)
    for term in step.terms:
        edges.update([*_given(drawn, term).values(), *drawn.weighing(term).values()])
    every = f", every {step.every} steps" if step.every > 1 else ""
    return View(
        id=_id(step),
        kind="step",
        title=f"{step.player.name} step{every}",
        note=f"Moves {', '.join(step.player.networks)}",
        boxes=(*drawn.active(active, step.terms), *map(loss_place, losses)),
        edges=tuple(edge.id for edge in drawn.edges.values() if edge.id in edges),
    )


def _id(step: Step) -> str:
    return step.player.name if step.every == 1 else f"{step.player.name}:{step.every}"


def _flows(drawn: Drawn, step: Step) -> Iterator[Flow]:
    """The gradients of each loss in a step."""
    for loss in dict.fromkeys(term.loss for term in step.terms):
        moves: set[str] = set()
        called: set[str] = set()
        edges: set[str] = set()
        cuts: dict[str, str] = {}
        for term in step.terms:
            if term.loss == loss:
                moved = term.moves & set(step.player.networks)
                way = backward(drawn.graph, term, moved)
                moves |= moved
                called |= way.called
                edges |= set(_passed(drawn, term, way))
                edges |= {e for name, e in drawn.weighing(term).items() if name in moved}
                cuts |= _stopped(drawn, term, way)
        order = drawn.graph.networks
        yield Flow(
            loss=loss,
            player=step.player.name,
            view=_id(step),
            moves=tuple(n for n in order if n in moves),
            passes=tuple(n for n in order if n in called - moves),
            edges=tuple(e.id for e in drawn.edges.values() if e.id in edges),
            cuts=tuple(Cut(edge, why) for edge, why in cuts.items() if edge not in edges),
        )


def _given(drawn: Drawn, term: MovingTerm) -> dict[int, str]:
    """The edges into the loss of a term, by node."""
    return {
        k: drawn.given[k, term.loss, name]
        for name, k in term.given.items()
        if (k, term.loss, name) in drawn.given
    }


def _passed(drawn: Drawn, term: MovingTerm, way: Backward) -> Iterator[str]:
    given = _given(drawn, term)
    for k, i in way.passed:
        if i == LOSS:
            yield from [given[k]] if k in given else []
        else:
            yield from drawn.taken.get((k, i), ())


def _stopped(drawn: Drawn, term: MovingTerm, way: Backward) -> dict[str, str]:
    given = _given(drawn, term)
    found: dict[str, str] = {}
    for (k, i), why in way.stopped.items():
        edges = [given[k]] if i == LOSS and k in given else drawn.taken.get((k, i), ())
        found.update((edge, why) for edge in edges)
    return found
