"""Rounds of training on the meta device: every step of every player, without memory or data."""

from __future__ import annotations

from contextlib import nullcontext
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from ganforge.codegen.downsampling import downsampled
from ganforge.deep.meta import MetaData, OnMeta
from ganforge.graph.graph import Graph
from ganforge.plan.build import build_plan
from ganforge.plugins.running import META
from ganforge.runtime.staged import StagedState
from ganforge.runtime.state import State

SAMPLES = 2
STEPS = 2
ROUNDS = 2
"""The first has the losses of every n-th step, the second those of every step alone."""


class UntrainedError(Exception):
    """What a round should do to weights, and did not."""


def rehearse(module: ModuleType, graph: Graph, device: torch.device = META) -> None:
    """Builds the networks, trains two rounds of each stage and draws its samples, all on the meta
    device, or on another one with data of zeros.

    module: the program of the graph. Raises what the program raises, and `UntrainedError` where a
    loss is no number or a network that learns gets no gradient.
    """
    assert graph.spec.data is not None
    data = MetaData(graph.spec.data, device)
    with device:
        state: State = module.build(0, device)
    state.samples = data.count
    for schedule in state.schedules.values():
        vars(schedule)["window"] = ROUNDS + 1  # a figure cannot be read on the meta device
    small = downsampled(build_plan(graph))
    with OnMeta() if device == META else nullcontext():
        for place, stage in enumerate(graph.stages or [graph]):
            if isinstance(state, StagedState):
                with device:
                    state.begin(place)
                _forget_gradients(state)
            size = (stage.spec.scope.growing or {}).get("res") if small else None
            _rehearse_stage(module, stage, state, data.at(size) if isinstance(size, int) else data)


def _rehearse_stage(module: ModuleType, graph: Graph, state: State, data: MetaData) -> None:
    moved: set[str] = set()
    for _ in range(ROUNDS):
        drawn = (_cut(values) for values in module.draw(state, data))
        _check_losses(module.train_round(state, *drawn))
        moved |= _moved(state)
        state.round += 1
    _check_moved(moved, state, graph)
    if graph.samples:
        given = {"state": state, "count": SAMPLES, "seed": 0}
        if "real" in module.sample.__annotations__:
            given["real"] = data.read(list(range(SAMPLES)))
        module.sample(**given)


def _forget_gradients(state: State) -> None:
    for network in state.networks.values():
        for weight in network.parameters():
            weight.grad = None


def _cut(values: Any) -> Any:
    """What a player's steps draw, for the first two of them."""
    return values[:STEPS] if isinstance(values, list) else values


def _check_losses(losses: dict[str, Tensor]) -> None:
    for name, loss in losses.items():
        if loss.shape != ():
            raise UntrainedError(f"the loss `{name}` has the shape {tuple(loss.shape)}")


def _moved(state: State) -> set[str]:
    """The networks of which some weight has a gradient."""
    networks = state.networks.items()
    return {
        name for name, network in networks if any(w.grad is not None for w in network.parameters())
    }


def _check_moved(moved: set[str], state: State, graph: Graph) -> None:
    for player in graph.players:
        for name in player.networks:
            if name not in moved and list(state.networks[name].parameters()):
                raise UntrainedError(f"no weight of `{name}` has a gradient")
