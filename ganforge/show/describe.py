"""A compiled spec as plain values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ganforge.codegen.program import Program
from ganforge.graph.graph import Graph, GraphLoss, MovingTerm, Network
from ganforge.graph.weights import network_weights
from ganforge.pipeline import Compilation
from ganforge.plan.plan import Plan
from ganforge.plugins.params import Params
from ganforge.show.layers import layers_of
from ganforge.spec.train import LENGTHS


def describe(compilation: Compilation, program: Program) -> dict[str, Any]:
    """Networks, losses, players and length. The compilation must be free of errors."""
    plan = compilation.plan
    assert plan is not None
    graph = plan.graph
    gan = graph.spec.gan
    return {
        "name": gan.name,
        "title": gan.title,
        "paper": gan.paper,
        "spec_hash": program.spec_hash,
        "params": plain(dict(graph.spec.params)),
        "networks": [_network(network) for network in graph.networks.values()],
        "losses": [loss_about(graph, loss) for loss in graph.losses.values()],
        "players": players_about(plan),
        "training": training_about(plan),
        "stages": [stage_about(stage) for stage in plan.stages],
    }


def _network(network: Network) -> dict[str, Any]:
    inputs = zip(network.body.inputs, network.shapes, strict=True)
    return {
        "name": network.name,
        "like": network.like,
        "frozen": network.table.frozen,
        "inputs": {name: str(shape) for name, shape in inputs},
        "output": _output(network),
        "weights": network_weights(network.body),
        "layers": [asdict(row) for row in layers_of(network.body)],
    }


def _output(network: Network) -> str:
    named = {n: str(network.body.nodes[i].shape) for n, i in network.body.outputs.items()}
    return ", ".join(f"{n} {shape}".strip() for n, shape in named.items())


def loss_about(graph: Graph, loss: GraphLoss) -> dict[str, Any]:
    """A loss: its tensors and networks as they are written, and what its terms move."""
    terms = [term for term in graph.terms if term.loss == loss.name]
    return {
        "name": loss.name,
        "kind": loss.spec.table.kind,
        "weight": plain(loss.spec.table.weight),
        "every": loss.spec.table.every,
        "tensors": dict(loss.spec.tensors),
        "networks": _named(loss),
        "params": given(loss.spec.params),
        "terms": [_term(loss, term) for term in terms],
    }


def _named(loss: GraphLoss) -> dict[str, str]:
    """What a loss names for its weights, and what it leaves out of them."""
    left_out = {"except": loss.spec.table.left_out} if loss.spec.table.left_out else {}
    return {key: ", ".join(names) for key, names in {**loss.spec.networks, **left_out}.items()}


def _term(loss: GraphLoss, term: MovingTerm) -> dict[str, Any]:
    function, made = term.term.value.target, loss.spec.declaration.module(loss.spec.params)
    if made is not None and function.split(".")[0] == "self":
        function = made.target + function.removeprefix("self")
    function = function.rpartition(":")[2]
    return {"side": term.term.side, "function": function, "moves": sorted(term.moves)}


def players_about(plan: Plan) -> list[dict[str, Any]]:
    """The players with their networks, steps, batch and optimiser."""
    spec = plan.graph.spec
    described = []
    for step in plan.steps:
        name = step.player.name
        table = spec.train.players.get(name)
        optimizer = spec.optimizer(name)
        described.append(
            {
                "name": name,
                "networks": list(step.player.networks),
                "steps": plain(table.steps) if table else 1,
                "batch": (table and table.batch) or spec.train.batch,
                "clip_weights": plain(table.clip_weights) if table else None,
                "clip_gradients": plain(table.clip_gradients) if table else None,
                "optimizer": {
                    k: plain(getattr(optimizer, k)) for k in type(optimizer).model_fields
                },
            }
        )
    return described


def stage_about(plan: Plan) -> dict[str, Any]:
    """A stage: its losses, players and length, and what it begins with."""
    stage = plan.graph.spec.stage
    assert stage is not None
    return {
        "name": stage.name,
        "table": stage.key,
        "level": stage.level,
        "res": (plan.graph.spec.scope.growing or {}).get("res"),
        "fade_kimg": plain(stage.table.fade_kimg) if stage.fades else None,
        "losses": list(plan.graph.losses),
        "images": list(plan.graph.spec.sample.images),
        "fresh_optimizers": stage.table.fresh_optimizers,
        "init_from": stage.table.init_from,
        "players": players_about(plan),
        "training": training_about(plan),
    }


def training_about(plan: Plan) -> dict[str, Any]:
    """Length, batch and how players take turns."""
    train = plan.graph.spec.train
    lengths = {name: getattr(train, name) for name in LENGTHS}
    return {
        **{name: plain(value) for name, value in lengths.items() if value is not None},
        "batch": train.batch,
        "update": train.update,
        "reuse": train.reuse,
        "ema": given(train.ema) if train.ema else None,
        "monitor": given(train.monitor) if train.monitor else None,
    }


def given(params: Params) -> dict[str, Any]:
    """The parameters that differ from their defaults."""
    values = {name: getattr(params, name) for name in type(params).model_fields}
    return {
        about.alias or name: plain(values[name])
        for name, about in type(params).model_fields.items()
        if values[name] != about.default
    }


def plain(value: Any) -> Any:
    """A value as JSON has it; formulas over training progress as their text."""
    if isinstance(value, Params):
        return given(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value if isinstance(value, str | int | float | None) else str(value)
