"""The functions of training in stages: one set where they compute alike, else one for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ganforge.codegen.calculation import Calculation, Layers, averaged
from ganforge.codegen.construction import optimizer_calls
from ganforge.codegen.draws import draw_functions, latent_functions
from ganforge.codegen.expressions import literal
from ganforge.codegen.functions import Function, repr_of
from ganforge.codegen.hyperparameters import Hyperparameters, hyperparameters
from ganforge.codegen.joint import joint_round
from ganforge.codegen.levels import Said, are_alike, by_level
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.rounds import train_round
from ganforge.codegen.samples import sample_functions
from ganforge.codegen.steps import step_function
from ganforge.plan.plan import Plan
from ganforge.spec.models import Stage

STATE = "state: StagedState"
COMMON = ("draw", "train_round", "optimizers", "sample", "save_samples", "measure")
"""What every program has; where stages differ it asks the stage."""


@dataclass
class Written:
    """The functions of some stages, and the numbers that they use."""

    stages: list[str]
    level: int | None
    res: int
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

    def scratch(stage: Plan) -> Written:
        return _written(stage, imports, Namespace(set(names.used)), local, layers, plan)

    tries = [scratch(stage) for stage in plan.stages]
    groups: list[list[int]] = []
    for k, written in enumerate(tries):
        alike = (g for g in groups if are_alike([_said(tries[i]) for i in g], _said(written)))
        group = next(alike, None)
        groups.append([k]) if group is None else group.append(k)
    common: dict[tuple[str, str], str] = {}
    own = frozenset[str]()
    if len(groups) > 1:
        firsts = [tries[group[0]] for group in groups]
        own = _different([_numbers(written.hyper) for written in firsts])
    result = []
    for group in groups:
        prefix = _prefix(plan, group) if len(groups) > 1 else ""
        names.reserve(f"{prefix}{name}" for name in COMMON)
        numbers = [tries[k].hyper.constants for k in group]
        varied = frozenset(n for n in numbers[0] if len({each[n] for each in numbers}) > 1)
        parts = []
        for k in group:
            hyper = Hyperparameters(
                names, prefix=prefix, own=own, varied=varied, functions=[], common=common
            )
            parts.append(_written(plan.stages[k], imports, names, local, layers, plan, hyper))
        result.append(_together(parts))
    _tell_apart(result)
    if len(groups) == 1:
        return result, []
    _share_samples(result)
    asked = [name for name in COMMON if any(_function(group, name) for group in result)]
    return result, [_asking(name, result) for name in asked]


def _tell_apart(groups: Sequence[Written]) -> None:
    """Gives a latent's function another name where stages draw something else under it."""
    known: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for latent in group.latents:
            text = (latent.signature, *latent.lines)
            if known.setdefault(latent.name, text) == text:
                continue
            old, latent.name = latent.name, f"{group.hyper.prefix}{latent.name}"
            for function in (*group.training, *group.samples):
                function.lines = [
                    re.sub(rf"\b{old}\(", f"{latent.name}(", line) for line in function.lines
                ]


def _share_samples(groups: Sequence[Written]) -> None:
    """Gives the functions that show samples their common names, once, where those of all stages are
    the same.
    """
    plain = [[_plainly(f, group) for f in group.samples] for group in groups]
    if plain[0] and all(functions == plain[0] for functions in plain):
        for group in groups:
            group.samples = []
        groups[0].samples = plain[0]


def _plainly(function: Function, group: Written) -> Function:
    """A function that shows samples, with the names of all such without the stage's own prefix."""
    prefix = group.hyper.prefix
    names = "|".join(re.escape(f.name.removeprefix(prefix)) for f in group.samples)
    lines = [re.sub(rf"\b{prefix}({names})\b", r"\1", line) for line in function.lines]
    return replace(function, name=function.name.removeprefix(prefix), lines=lines)


def _together(parts: Sequence[Written]) -> Written:
    """Alike stages as one: numbers that differ follow from the level."""
    first, last = parts[0], parts[-1]
    levels = [(part.level or 0, part.res) for part in parts]
    hyper = last.hyper
    hyper.functions = [f for part in parts for f in part.hyper.functions]
    for name, value in hyper.constants.items():
        values = {part.level: part.hyper.constants[name] for part in parts}
        if len(set(values.values())) > 1:
            entries = ", ".join(f"{level}: {text}" for level, text in values.items())
            hyper.constants[name] = f"{{{entries}}}  # by level"
        else:
            hyper.constants[name] = value
    for place, function in enumerate(last.functions):
        texts = [part.functions[place].lines for part in parts]
        function.lines = by_level(levels, texts)
    stages = [name for part in parts for name in part.stages]
    assert first.hyper.prefix == hyper.prefix
    _give_state(last)
    return Written(stages, last.level, last.res, hyper, last.latents, last.training, last.samples)


def _give_state(written: Written) -> None:
    """Gives the state to what draws more numbers at higher levels, wherever it is called."""
    for latent in written.latents:
        if not any("state." in line for line in latent.lines):
            continue
        latent.arguments.append(STATE)
        latent.summary = re.sub(r" \(count[^)]*\)", "", latent.summary).removesuffix(".")
        latent.summary += ", as many as its level has."
        called = re.compile(rf"\b{latent.name}\((.+?\bnoise)\)")
        for function in (*written.training, *written.samples):
            lines = function.lines
            function.lines = [called.sub(rf"{latent.name}(\1, state)", line) for line in lines]


def _prefix(plan: Plan, group: Sequence[int]) -> str:
    """The table of a group's stages; the first of them where others of the table compute else."""
    first = _stage(plan.stages[group[0]])
    whole = {k for k, stage in enumerate(plan.stages) if _stage(stage).key == first.key}
    return f"{first.key if whole <= set(group) else first.name.replace('-', '_')}_"


def _stage(plan: Plan) -> Stage:
    assert plan.graph.spec.stage is not None
    return plan.graph.spec.stage


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
    c = Calculation(plan, imports, hyper, local, hyper.prefix, averaged(whole), layers, whole)
    stage, res = _stage(plan), (plan.graph.spec.scope.growing or {}).get("res", 0)
    assert isinstance(res, int)
    written = Written([stage.name], stage.level, res, hyper, latent_functions(plan, imports))
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


def _said(written: Written) -> Said:
    """What a program says of a stage but its lengths, to tell which stages are alike."""
    lines = [line for f in written.functions for line in (f.signature, *f.lines)]
    return Said(written.level, lines, _numbers(written.hyper))


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
    if name == "measure" and found[-1][0] is not groups[-1]:
        lines.append("return {}")
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
    "measure": "How near samples of the stage come to their originals.",
}
