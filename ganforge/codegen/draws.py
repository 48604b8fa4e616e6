"""The functions that draw all that is random in a round."""

from __future__ import annotations

from ganforge.codegen.calculation import Calculation
from ganforge.codegen.data import data_of, reader, reading_function
from ganforge.codegen.expressions import literal
from ganforge.codegen.fields import field_value
from ganforge.codegen.functions import Function, repr_of
from ganforge.codegen.hyperparameters import live_call
from ganforge.codegen.names import Imports
from ganforge.codegen.rounds import drawn_type, draws_once
from ganforge.codegen.sample_sources import from_data, sample_sources
from ganforge.codegen.samples import drawing
from ganforge.formula.live import Live
from ganforge.graph.nodes import Source
from ganforge.graph.shapes import latent_shape
from ganforge.plan.plan import Plan, Step
from ganforge.plugins.live import Plateau
from ganforge.plugins.shapes import Tensor
from ganforge.spec.priors import (
    AnyLatent,
    Bernoulli,
    Categorical,
    Normal,
    TruncatedNormal,
    Uniform,
)

ROOM = 96
"""What a line of a function holds; of a longer one every value gets a line."""


def latent_functions(plan: Plan, imports: Imports) -> list[Function]:
    """`draw_z(count, noise)` for everything random that training or samples use."""
    sampled = {drawing(plan, n): n for n in sample_sources(plan) if not from_data(plan, n)}
    origins = dict.fromkeys(map(plan.origin, plan.sources))
    trained = {f"draw_{name}": name for name in origins if _is_drawn(plan, name)}
    functions = {**trained, **sampled}
    return [_random_function(plan, name, called, imports) for called, name in functions.items()]


def _is_drawn(plan: Plan, name: str) -> bool:
    """Whether training draws a source from the noise alone, not from the data."""
    condition = plan.graph.spec.conditions.get(name)
    if condition is not None:
        return condition.draw == "uniform"
    return plan.role(name) != "field"


def _random_function(plan: Plan, name: str, called: str, imports: Imports) -> Function:
    spec, node = plan.graph.spec, plan.graph.nodes[plan.graph.names[name]]
    assert isinstance(node.shape, Tensor)
    sides = "".join(f", {side}" for side in node.shape.shape)
    if name in spec.latents:
        differently = called != f"draw_{name}"
        latent: AnyLatent = (spec.sampled_latents if differently else spec.latents)[name]
        of = f"{name} of samples" if differently else name
        summary = f"The latents {of} (count{sides}): {latent.distribution}."
    elif node.shape.classes:
        latent = Categorical(distribution="categorical", classes=node.shape.classes)
        summary = f"The condition {name} (count): a class, uniform over {latent.classes}."
    elif isinstance(node.operation, Source) and node.operation.drawn == "normal":
        latent = Normal(distribution="normal", shape=node.shape.shape)
        summary = f"The numbers {name} (count{sides}): N(0, 1), for each sample."
    else:
        latent = Uniform(distribution="uniform", shape=node.shape.shape, low=0.0, high=1.0)
        summary = f"The numbers {name} (count{sides}): uniform in 0..1, for each sample."
    arguments = ["count: int", "noise: torch.Generator"]
    return Function(called, arguments, "Tensor", summary, [f"return {_draw(latent, imports)}"])


def _draw(latent: AnyLatent, imports: Imports) -> str:
    imports.use("torch.randn")
    sides = ", ".join(map(str, ("count", *latent_shape(latent).shape)))
    where = "device=noise.device"
    match latent:
        case Uniform(low=0, high=1):
            return f"torch.rand({sides}, generator=noise, {where})"
        case Uniform():
            bounds = f"{literal(latent.low)}, {literal(latent.high)}"
            return f"torch.empty({sides}, {where}).uniform_({bounds}, generator=noise)"
        case Categorical():
            return f"torch.randint({latent.classes}, (count,), generator=noise, {where})"
        case Bernoulli():
            return f"torch.randint(2, ({sides}), generator=noise, {where}).float()"
        case TruncatedNormal():
            function = imports.use("ganforge.runtime.latents:truncated_normal")
            return f"{function}(({sides}), {literal(latent.threshold)}, noise)"
    return f"torch.randn({sides}, generator=noise, {where})"


def draw_functions(c: Calculation) -> list[Function]:
    """`draw(state, data)`, and one function per player where each draws its own."""
    plan = c.plan
    functions = reading_function(data_of(plan.graph), c.imports)
    if draws_once(c):
        summary = "All that is random in a round, drawn up front for all players."
        names = plan.sources
        return [*functions, _draw_function(c, f"{c.prefix}draw", names, c.batch(), summary)]
    lines = []
    for k, step in enumerate(plan.steps):
        player, name = step.player.name, f"{c.prefix}draw_for_{step.player.name}"
        names = plan.sources if plan.reuse else plan.draws(step)
        if k == 0 or not plan.reuse:
            summary = f"What one step of the {player} draws."
            batch = c.batch(player)
            functions.append(_draw_function(c, name, names, batch, summary))
        lines.append(f"{player} = {_calls(c, step, name, k)}")
    drawn = ", ".join(s.player.name for s in plan.steps)
    lines.append(f"return {drawn}" if len(plan.steps) > 1 else f"return ({drawn},)")
    summary = "All that is random in a round, drawn up front, step by step."
    arguments = ["state: State", "data: Data"]
    kinds = [drawn_type(c, step) for step in plan.steps]
    draw = Function(f"{c.prefix}draw", arguments, f"tuple[{', '.join(kinds)}]", summary, lines)
    return [*functions, draw]


def _calls(c: Calculation, step: Step, function: str, k: int) -> str:
    """One draw, or a list of them; with `reuse` a later player takes the last draw of the first."""
    plan, first = c.plan, c.plan.steps[0]
    if plan.reuse and k > 0:
        last = f"{first.player.name}[-1]" if c.repeats(first) else first.player.name
        return f"[{last}] * {_count(c, step)}" if c.repeats(step) else last
    if not c.repeats(step):
        return f"{function}(state, data)"
    return f"[{function}(state, data) for _ in range({_count(c, step)})]"


def _count(c: Calculation, step: Step) -> str:
    player = step.player.name
    number = c.plan.graph.spec.train.players[player].steps
    if isinstance(number, Plateau):
        return f"max(1, int({live_call(c.hyper, number, f'{player}_steps')}))"
    if not isinstance(number, Live):
        return str(int(number))
    call = live_call(c.hyper, number, f"{player}_steps").removesuffix("(t)")
    return f"max(1, int({call}({c.progress_call(repr_of(player))})))"


def _draw_function(
    c: Calculation, name: str, sources: tuple[str, ...], batch: str, summary: str
) -> Function:
    plan, lines = c.plan, []
    if any(_from_batch(plan, source) for source in sources):
        read = reader(data_of(plan.graph), c.imports)
        lines.append(f"real = {read}(state, data, {batch})")
    values = [_value(c, source, batch) for source in sources]
    lines.append(f"return {', '.join(values)}")
    if len(values) == 1 or len(lines[-1]) > ROOM:
        lines[-1] = f"return ({''.join(f'{value}, ' for value in values)})"
    kinds = ", ".join("Tensor" for _ in sources)
    return Function(name, ["state: State", "data: Data"], f"tuple[{kinds}]", summary, lines)


def _from_batch(plan: Plan, source: str) -> bool:
    """Whether a source is read from the batch of real samples."""
    condition = plan.graph.spec.conditions.get(plan.origin(source))
    return plan.role(source) == "field" or (
        condition is not None and condition.draw in ("same", "shuffle")
    )


def _value(c: Calculation, source: str, batch: str) -> str:
    plan, spec = c.plan, c.plan.graph.spec
    source = plan.origin(source)
    if plan.role(source) == "field":
        return field_value(plan, source, "real")
    condition = spec.conditions.get(source)
    if condition is None or condition.draw == "uniform":
        return f"draw_{source}({batch}, state.noise)"
    if condition.draw == "data":
        read = reader(data_of(plan.graph), c.imports)
        return field_value(plan, condition.field, f"{read}(state, data, {batch})")
    value = field_value(plan, condition.field, "real")
    if condition.draw == "same":
        return value
    shuffle = c.imports.use("ganforge.runtime.latents:shuffled")
    return f"{shuffle}({value}, state.noise)"
