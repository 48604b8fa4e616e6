"""The functions of training in stages: one set where they compute alike, else one for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ganforge.codegen.calculation import Calculation, Layers, averaged
from ganforge.codegen.construction import optimizer_calls
from ganforge.codegen.draws import draw_functions, latent_functions
from ganforge.codegen.expressions import literal
from ganforge.codegen.functions import Function, repr_of
from ganforge.codegen.hyperparameters import Hyperparameters, hyperparameters
from ganforge.codegen.joint import joint_round
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.rounds import train_round
from ganforge.codegen.samples import sample_functions
from ganforge.codegen.steps import step_function
from ganforge.plan.plan import Plan
from ganforge.spec.train import LENGTHS

STATE = "state: StagedState"
COMMON = ("draw", "train_round", "optimizers", "sample", "save_samples")
"""What every program has; where stages differ it asks the stage."""


@dataclass
class Written:
    """The functions of some stages, and the numbers that they use."""

    stages: list[str]
    hyper: Hyperparameters
    latents: list[Function] = field(default_factory=list)
    training: list[Function] = field(default_factory=list)
    samples: list[Function] = field(default_factory=list)

    @property
    def functions(self) -> list[Function]:
        return [*self.latents, *self.training, *self.samples]


def training_functions(c: Calculation) -> list[Function]:
    """One function per player, and the round; or the round alone."""
    lazy = [step_function(c, step) for step in c.plan.lazy]
    if c.plan.joint:
        return [*lazy, joint_round(c)]
    return [*(step_function(c, step) for step in c.plan.steps), *lazy, train_round(c)]


def staged(
    plan: Plan, imports: Imports, names: Namespace, local: Mapping[str, str], layers: Layers
) -> tuple[list[Written], list[Function]]:
    """The functions of all stages, and those that ask the stage which of them to call."""
    tries = [
        _written(stage, imports, Namespace(set(names.used)), local, layers, plan)
        for stage in plan.stages
    ]
    groups: list[list[int]] = []
    for k, written in enumerate(tries):
        alike = next((g for g in groups if _text(tries[g[0]]) == _text(written)), None)
        groups.append([k]) if alike is None else alike.append(k)
    if len(groups) == 1:
        return [_written(plan.stages[0], imports, names, local, layers, plan)], []
    firsts = [tries[group[0]] for group in groups]
    own = _different([_numbers(written.hyper) for written in firsts])
    common: dict[tuple[str, str], str] = {}
    result = []
    for group in groups:
        prefix = f"{_stage_name(plan.stages[group[0]])}_"
        names.reserve(f"{prefix}{name}" for name in COMMON)
        hyper = Hyperparameters(names, prefix=prefix, own=own, common=common)
        written = _written(plan.stages[group[0]], imports, names, local, layers, plan, hyper)
        written.stages = [_stage_name(plan.stages[k]) for k in group]
        result.append(written)
    asked = [name for name in COMMON if any(_function(group, name) for group in result)]
    return result, [_asking(name, result) for name in asked]


def _stage_name(plan: Plan) -> str:
    assert plan.graph.spec.stage is not None
    return plan.graph.spec.stage.name


def _written(
    plan: Plan,
    imports: Imports,
    names: Namespace,
    local: Mapping[str, str],
    layers: Layers,
    whole: Plan,
    hyper: Hyperparameters | None = None,
) -> Written:
    hyper = hyperparameters(plan.graph, hyper or Hyperparameters(names))
    hyper.constants = {**batch_constants(plan, hyper), **hyper.constants}
    c = Calculation(plan, imports, hyper, local, hyper.prefix, averaged(whole), layers)
    written = Written([_stage_name(plan)], hyper, latent_functions(plan, imports))
    draws, training = draw_functions(c), training_functions(c)
    written.training = [_optimizers(c), *draws, *training]
    written.samples = sample_functions(c)
    for function in written.functions:
        function.arguments = [STATE if a == "state: State" else a for a in function.arguments]
    return written


def batch_constants(plan: Plan, hyper: Hyperparameters) -> dict[str, str]:
    """The batch, and those of players that have their own."""
    train = plan.graph.spec.train
    constants = {hyper.named("BATCH"): literal(train.batch)}
    for player, table in train.players.items():
        if table.batch:
            constants[hyper.named(f"{player.upper()}_BATCH")] = literal(table.batch)
    return constants


def _optimizers(c: Calculation) -> Function:
    calls = optimizer_calls(c.plan, c.hyper)
    entries = ", ".join(f'"{player}": {made}' for player, made in calls)
    c.imports.use("torch.optim")
    lines = ["networks = state.networks"]
    if "fused=fused" in entries:
        lines.append("fused = state.allocated")
    returns = "dict[str, torch.optim.Optimizer]"
    summary = "Who moves which weights, and how."
    lines.append(f"return {{{entries}}}")
    return Function(f"{c.prefix}optimizers", ["state: State"], returns, summary, lines)


def _text(written: Written) -> object:
    """What a program says of a stage but its lengths, to tell which stages are alike."""
    texts = [(f.signature, f.summary, *f.lines) for f in written.functions]
    return texts, _numbers(written.hyper)


def _numbers(hyper: Hyperparameters) -> dict[str, str]:
    """What stands under each name."""
    live = {function.name: function.source for function in hyper.functions}
    return {**hyper.constants, **live, **{k: repr(p) for k, p in hyper.schedules.items()}}


def _different(tables: Sequence[Mapping[str, str]]) -> frozenset[str]:
    """The names under which the tables have different values."""
    found = set()
    for name in {name for table in tables for name in table}:
        if len({table[name] for table in tables if name in table}) > 1:
            base = name.rstrip("0123456789").removesuffix("_")
            found |= {name, base}
    return frozenset(found)


def _asking(name: str, groups: Sequence[Written]) -> Function:
    """A function that calls that of the state's stage, with what it takes."""
    own = [(group, _function(group, name)) for group in groups]
    found = [(group, function) for group, function in own if function is not None]
    taken = {id(f): [a for a in f.arguments if not a.startswith("count: int =")] for _, f in found}
    arguments = dict.fromkeys(argument for each in taken.values() for argument in each)
    ordered = sorted(arguments, key=lambda argument: "=" in argument)
    more = {"train_round": "*drawn", "save_samples": "*count"}.get(name)
    if more:
        ordered = [STATE] if name == "train_round" else ordered
        ordered.append(f"{more}: {'Any' if name == 'train_round' else 'int'}")
    lines = []
    for group, function in found:
        given = [argument.partition(":")[0] for argument in taken[id(function)]]
        given = ["state"] if name == "train_round" else given
        call = f"return {function.name}({', '.join([*given, *([more] if more else [])])})"
        last = group is groups[-1]
        lines += [call] if last else [f"if state.stage.name {_among(group.stages)}:", f"    {call}"]
    if name == "sample" and found[-1][0] is not groups[-1]:
        lines.append('raise RunError(f"The stage {state.stage.name!r} shows no images.")')
    returns = "tuple[Any, ...]" if name == "draw" else found[0][1].returns
    return Function(name, ordered, returns, ABOUT[name], lines)


def _function(group: Written, name: str) -> Function | None:
    return next((f for f in group.functions if f.name == group.hyper.prefix + name), None)


def _among(names: list[str]) -> str:
    listed = ", ".join(map(repr_of, names))
    return f"== {listed}" if len(names) == 1 else f"in ({listed})"


ABOUT = {
    "draw": "All that is random in a round of the stage.",
    "train_round": "A round of the stage: one turn of every player.",
    "optimizers": "The optimisers of the stage.",
    "sample": "Images that the stage shows.",
    "save_samples": "Write a grid of the images that the stage shows.",
}


def stage_rows(plan: Plan, imports: Imports) -> list[str]:
    """The calls that make the table of stages."""
    made = imports.use("ganforge.runtime.stages:Stage")
    started = {
        stage.graph.spec.stage.table.init_from for stage in plan.stages if stage.graph.spec.stage
    }
    rows, before = [], set[str]()
    for stage in plan.stages:
        spec = stage.graph.spec
        assert spec.stage is not None
        moved = {name for step in stage.steps for name in step.player.networks}
        used = stage.graph.called(i for term in stage.graph.terms for i in term.tensors)
        said = {
            **{name: _whole(getattr(spec.train, name)) for name in LENGTHS},
            "trains": tuple(name for name in plan.graph.networks if name in moved),
            "needs": tuple(n for n in plan.graph.networks if n in before & (used | moved)),
            "fresh_optimizers": spec.stage.table.fresh_optimizers,
            "init_from": spec.stage.table.init_from,
            "kept": spec.stage.name in started,
        }
        given = "".join(f", {key}={literal(value)}" for key, value in said.items() if value)
        rows.append(f"{made}({literal(spec.stage.name)}{given})")
        before |= moved
    return rows


def _whole(value: float | None) -> float | None:
    return int(value) if value is not None and value == int(value) else value
