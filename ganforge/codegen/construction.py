"""What `build` makes: networks, optimisers, averages, and what losses remember."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ganforge.codegen.calculation import averaged
from ganforge.codegen.expressions import write_call
from ganforge.codegen.hyperparameters import Hyperparameters
from ganforge.codegen.names import Imports
from ganforge.codegen.networks import ClassText
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Replay
from ganforge.plan.plan import Plan
from ganforge.plugins.calls import Call, call
from ganforge.plugins.live import Feedback, Plateau
from ganforge.plugins.shapes import Tensor, TensorList


def built(
    plan: Plan,
    hypers: Sequence[Hyperparameters],
    imports: Imports,
    class_of: Mapping[str, ClassText],
) -> dict[str, Any]:
    """The calls that make each part, by name. hypers: those of all stages. class_of: the class of
    each network.
    """
    graph, optimizers = plan.graph, [] if plan.stages else optimizer_calls(plan, hypers[0])
    schedules = {name: p for hyper in hypers for name, p in hyper.schedules.items()}
    imports.use("torch.optim")
    averages = averaged(plan)
    copy = imports.use("ganforge.runtime.averages:average_of") if averages else ""
    return {
        "networks": [(n, class_of[n].called(_first_levels(plan))) for n in graph.networks],
        "growing": [(n, text.called("levels")) for n, text in class_of.items() if text.by_level],
        "frozen": [n for n, network in graph.networks.items() if network.table.frozen],
        "optimizers": optimizers,
        "fused": any("fused=fused" in made for _, made in optimizers),
        "averages": averages,
        "average_of": copy,
        "losses": _memories(graph, imports),
        "schedules": [(name, _followed(f, imports)) for name, f in schedules.items()],
    }


def made_by_level(graph: Graph) -> bool:
    """Whether networks get their layers when training comes to a level.

    Not where something asks for them from the start: a loss or a monitor by name, a run that
    weights are taken from, a network that is frozen.
    """
    names = {stage.spec.stage.name for stage in graph.stages if stage.spec.stage}
    starts = (stage.spec.stage.table.init_from for stage in graph.stages if stage.spec.stage)
    foreign = any(start is not None and start not in names for start in starts)
    named = any(graph.named_layers(network.like) for network in graph.networks.values())
    frozen = any(n.table.frozen and n.body.levels for n in graph.networks.values())
    return not (foreign or named or frozen or graph.monitored)


def _first_levels(plan: Plan) -> str:
    """The levels up to that of the first stage."""
    stage = plan.stages[0].graph.spec.stage if plan.stages else None
    return f"range({(stage.level or 0) + 1})" if stage is not None else ""


def _followed(feedback: Feedback, imports: Imports) -> str:
    """The call that makes a live number which follows a figure."""
    options = feedback.model_dump(exclude={"kind", "of"}, exclude_defaults=True)
    made = call("ganforge.runtime.adaptive:Adaptive", feedback.of, **options)
    if isinstance(feedback, Plateau):
        start = options.pop("start")
        made = call("ganforge.runtime.plateau:Plateau", start, feedback.of, **options)
    return write_call(made, imports).removesuffix(")") + ", device=device)"


def optimizer_calls(plan: Plan, hyper: Hyperparameters) -> list[tuple[str, str]]:
    """The call that makes the optimiser of each player."""
    optimizers = []
    for player in plan.steps:
        name, networks = player.player.name, player.player.networks
        weights = f'networks["{networks[0]}"].parameters()'
        if len(networks) > 1:
            weights = "[" + ", ".join(f'*networks["{n}"].parameters()' for n in networks) + "]"
        made = f"torch.optim.{hyper.classes[name]}({weights}, {hyper.optimizers[name]})"
        optimizers.append((name, made))
    return optimizers


def _memories(graph: Graph, imports: Imports) -> list[tuple[str, str]]:
    """The modules of losses that remember something, with one sample of each tensor they store."""
    made = []
    for loss in graph.losses.values():
        module = loss.spec.declaration.module(loss.spec.params)
        if module is not None:
            examples = tuple(
                _example(shape)
                for node in graph.nodes
                if node.operation == Replay(loss.name) and isinstance(node.shape, TensorList)
                for shape in node.shape.items
                if isinstance(shape, Tensor)
            )
            whole = Call(module.target, (*module.args, *examples), module.kwargs)
            made.append((loss.name, write_call(whole, imports)))
    return made


def _example(shape: Tensor) -> Call:
    """One sample of a shape: classes are whole numbers."""
    return call("torch.tensor", 0) if shape.classes else call("torch.zeros", *shape.shape)
