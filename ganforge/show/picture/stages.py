"""The stages of a spec in the picture of the whole: a tab for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ganforge.graph.graph import MovingTerm
from ganforge.graph.nodes import upstream
from ganforge.plan.plan import Plan, Step
from ganforge.show.describe import plain, players_about, stage_about, training_about
from ganforge.show.picture.drawn import Drawn, loss_place
from ganforge.show.picture.model import Box, View
from ganforge.spec.train import LENGTHS


def stage_name(plan: Plan) -> str:
    """What a stage is called."""
    assert plan.graph.spec.stage is not None
    return plan.graph.spec.stage.name


def table_of(plan: Plan) -> str:
    """The table of a stage, which may have one for each level."""
    assert plan.graph.spec.stage is not None
    return plan.graph.spec.stage.key


def steps_in(whole: Plan, stage: Plan) -> Iterator[Step]:
    """The steps of a stage, made of the nodes of the whole."""
    for step in (*stage.steps, *stage.lazy):
        terms = tuple(_of_whole(whole, stage, term) for term in step.terms)
        yield replace(step, terms=terms)


def _of_whole(whole: Plan, stage: Plan, term: MovingTerm) -> MovingTerm:
    """The term of the whole that a stage's is, with what the stage moves."""
    own = [other for other in stage.graph.terms if other.loss == term.loss]
    same = [other for other in whole.graph.terms if other.loss == term.loss]
    sides = [other for other in same if other.term.side == term.term.side]
    found = same[own.index(term)] if len(own) == len(same) else sides[0]
    return replace(found, moves=term.moves)


def stage_view(drawn: Drawn, whole: Plan, stage: Plan) -> View:
    """The tab of a stage: what its losses are made from."""
    name, steps = stage_name(stage), list(steps_in(whole, stage))
    terms = [term for step in steps for term in step.terms]
    active = upstream(whole.graph.nodes, (i for term in terms for i in term.tensors))
    edges = {
        edge
        for i in active
        for k in whole.graph.nodes[i].inputs
        for edge in drawn.taken.get((k, i), ())
    }
    for term in terms:
        given = ((k, term.loss, tensor) for tensor, k in term.given.items())
        edges.update(drawn.given[key] for key in given if key in drawn.given)
        edges.update(drawn.weighing(term).values())
    moved = dict.fromkeys(n for step in steps for n in step.player.networks)
    losses = dict.fromkeys(term.loss for term in terms)
    return View(
        id=f"stage:{name}",
        kind="stage",
        title=name,
        note=f"{_level(stage)}{length_of(stage)}, moves {', '.join(moved)}",
        boxes=(*drawn.active(active, terms), *map(loss_place, losses)),
        edges=tuple(edge.id for edge in drawn.edges.values() if edge.id in edges),
        changed=_changed(drawn, stage),
        players=tuple(players_about(stage)),
        training=training_about(stage),
    )


def _level(stage: Plan) -> str:
    about = stage_about(stage)
    if about["level"] is None:
        return ""
    return f"Level {about['level']}, {about['res']} pixels, "


def _changed(drawn: Drawn, stage: Plan) -> dict[str, dict[str, str]]:
    """What a level's boxes and edges say otherwise than those of the whole."""
    assert stage.graph.spec.stage is not None
    if stage.graph.spec.stage.level is None:
        return {}
    own = Drawn(stage.graph)
    boxes = {_told(own, box): box for box in own.boxes.values()}
    edges = {(edge.tensor, edge.port): edge for edge in own.edges.values()}
    found: dict[str, dict[str, str]] = {}
    for box in drawn.boxes.values():
        level = boxes.get(_told(drawn, box), box)
        if (level.shape, level.note) != (box.shape, box.note):
            found[box.id] = {"shape": level.shape, "note": level.note}
    for edge in drawn.edges.values():
        shape = edges.get((edge.tensor, edge.port), edge).shape
        if shape != edge.shape:
            found[edge.id] = {"shape": shape}
    return found


def _told(drawn: Drawn, box: Box) -> str:
    """What makes a box the same in two graphs: the value that it stands for, as it is written."""
    return drawn.write(int(box.id[1:])) if box.kind in ("source", "function") else box.id


def length_of(stage: Plan) -> str:
    """How long a stage is, such as `25 epochs`, or `fade 600 + 600 kimg`."""
    training, fade = training_about(stage), stage_about(stage)["fade_kimg"]
    lengths = [f"{plain(training[unit]):,} {unit}" for unit in LENGTHS if unit in training]
    if not fade:
        return ", ".join(lengths)
    return f"fade {fade:,}{'' if 'kimg' in training else ' kimg'} + {', '.join(lengths)}"
