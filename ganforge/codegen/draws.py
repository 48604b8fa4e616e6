"""The functions that draw all that is random in a round, and those that make samples."""

from __future__ import annotations

from collections import Counter

from ganforge.codegen.expressions import ATOM, literal
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.steps import LOCAL, Function, Steps, averaged, batch_constant
from ganforge.codegen.values import Writer
from ganforge.formula.live import Live
from ganforge.graph.nodes import NetworkCall, Source, upstream
from ganforge.plan.plan import Plan, Step
from ganforge.plugins.shapes import Tensor
from ganforge.spec.models import (
    AnyLatent,
    Bernoulli,
    Categorical,
    ImageField,
    TruncatedNormal,
    Uniform,
)

COLUMNS = 8
"""Samples beside each other in a grid."""


def latent_functions(plan: Plan, imports: Imports) -> list[Function]:
    """`draw_z(count, noise)` for everything random that training or samples use."""
    return [
        _random_function(plan, name, imports)
        for name in dict.fromkeys((*plan.sources, *sample_sources(plan)))
        if plan.role(name) != "field" and _is_drawn(plan, name)
    ]


def _is_drawn(plan: Plan, name: str) -> bool:
    """Whether a source comes from the noise alone, not from the data, in training or in samples."""
    condition = plan.graph.spec.conditions.get(name)
    if condition is None:
        return True
    sampled = name in sample_sources(plan) and plan.graph.spec.sample.rows != name
    return sampled or (condition.draw == "uniform" and name in plan.sources)


def _random_function(plan: Plan, name: str, imports: Imports) -> Function:
    spec, node = plan.graph.spec, plan.graph.nodes[plan.graph.names[name]]
    assert isinstance(node.shape, Tensor)
    sides = "".join(f", {side}" for side in node.shape.shape)
    if name in spec.latents:
        latent: AnyLatent = spec.latents[name]
        summary = f"The latents {name} (count{sides}): {latent.distribution}."
    elif node.shape.classes:
        latent = Categorical(distribution="categorical", classes=node.shape.classes)
        summary = f"The condition {name} (count): a class, uniform over {latent.classes}."
    else:
        latent = Uniform(distribution="uniform", shape=node.shape.shape, low=0.0, high=1.0)
        summary = f"The weights {name} (count{sides}): uniform, one per sample."
    arguments = ["count: int", "noise: torch.Generator"]
    return Function(
        f"draw_{name}", arguments, "Tensor", summary, [f"return {_draw(latent, imports)}"]
    )


def shape_of(latent: AnyLatent) -> tuple[int, ...]:
    """The shape of one latent, without the batch."""
    if isinstance(latent, Categorical):
        return ()
    return latent.shape or (latent.size or 1,)


def _draw(latent: AnyLatent, imports: Imports) -> str:
    imports.use("torch.randn")
    sides = ", ".join(map(str, ("count", *shape_of(latent))))
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


def draw_functions(steps: Steps) -> list[Function]:
    """`draw(state, data)`, and one function per player where each draws its own."""
    plan = steps.plan
    if plan.reuse and not any(steps.repeats(s) for s in plan.steps):
        summary = "All that is random in a round, drawn up front for all players."
        names = plan.sources
        return [_draw_function(steps, "draw", names, "BATCH", summary)]
    functions, lines = [], []
    for k, step in enumerate(plan.steps):
        player, name = step.player.name, f"draw_for_{step.player.name}"
        names = _drawn(plan, step)
        summary = f"What one step of the {player} draws."
        functions.append(_draw_function(steps, name, names, batch_constant(plan, player), summary))
        lines.append(f"{player} = {_calls(steps, step, name, k)}")
    lines.append(f"return {', '.join(s.player.name for s in plan.steps)}")
    summary = "All that is random in a round, drawn up front, step by step."
    arguments = ["state: State", "data: Data"]
    kinds = [
        "list[tuple[Tensor, ...]]" if steps.repeats(s) else "tuple[Tensor, ...]" for s in plan.steps
    ]
    draw = Function("draw", arguments, f"tuple[{', '.join(kinds)}]", summary, lines)
    return [*functions, draw]


def _drawn(plan: Plan, step: Step) -> tuple[str, ...]:
    return plan.sources if plan.reuse else step.sources


def _calls(steps: Steps, step: Step, function: str, k: int) -> str:
    """One draw, or a list of them; with `reuse` a later player takes the last draw of the first."""
    plan, first = steps.plan, steps.plan.steps[0]
    if plan.reuse and k > 0:
        last = f"{first.player.name}[-1]" if steps.repeats(first) else first.player.name
        return f"[{last}] * {_count(steps, step)}" if steps.repeats(step) else last
    if not steps.repeats(step):
        return f"{function}(state, data)"
    return f"[{function}(state, data) for _ in range({_count(steps, step)})]"


def _count(steps: Steps, step: Step) -> str:
    player = step.player.name
    number = steps.plan.graph.spec.train.players[player].steps
    if not isinstance(number, Live):
        return str(int(number))
    name = steps.imports.use("ganforge.runtime.state:progress_of")
    from ganforge.codegen.hyperparameters import live_call

    call = live_call(steps.hyper, number, f"{player}_steps").removesuffix("(t)")
    return f'max(1, int({call}({name}(state, "{player}", progress(state)))))'


def _draw_function(
    steps: Steps, name: str, sources: tuple[str, ...], batch: str, summary: str
) -> Function:
    plan, lines = steps.plan, []
    if any(_from_batch(plan, source) for source in sources):
        read = steps.imports.use("ganforge.runtime.data:next_batch")
        lines.append(f"real = {read}(state, data, {batch})")
    lines.append(f"return {', '.join(_value(steps, s, batch) for s in sources)},")
    if len(sources) > 1:
        lines[-1] = lines[-1].removesuffix(",")
    kinds = ", ".join("Tensor" for _ in sources)
    return Function(name, ["state: State", "data: Data"], f"tuple[{kinds}]", summary, lines)


def _from_batch(plan: Plan, source: str) -> bool:
    """Whether a source is read from the batch of real samples."""
    condition = plan.graph.spec.conditions.get(source)
    return plan.role(source) == "field" or (
        condition is not None and condition.draw in ("same", "shuffle")
    )


def _value(steps: Steps, source: str, batch: str) -> str:
    plan, spec = steps.plan, steps.plan.graph.spec
    if plan.role(source) == "field":
        return _field(plan, source, "real")
    condition = spec.conditions.get(source)
    if condition is None or condition.draw == "uniform":
        return f"draw_{source}({batch}, state.noise)"
    if condition.draw == "data":
        read = steps.imports.use("ganforge.runtime.data:next_batch")
        return _field(plan, condition.field, f"{read}(state, data, {batch})")
    value = _field(plan, condition.field, "real")
    if condition.draw == "same":
        return value
    shuffle = steps.imports.use("ganforge.runtime.latents:shuffled")
    return f"{shuffle}({value}, state.noise)"


def _field(plan: Plan, name: str, real: str) -> str:
    """A field of a batch, images as numbers in their range."""
    assert plan.graph.spec.data is not None
    field = plan.graph.spec.data.fields[name]
    if not isinstance(field, ImageField):
        return f'{real}["{name}"]'
    return f'{real}["{name}"].to(memory_format=MEMORY_FORMAT){scaling(*field.range)}'


def scaling(low: float, high: float) -> str:
    """What turns bytes into numbers of a range: ` / 127.5 - 1.0` for -1..1."""
    offset = f" - {literal(-low)}" if low < 0 else f" + {literal(low)}" if low else ""
    return f" / {literal(255 / (high - low))}{offset}"


def sample_sources(plan: Plan) -> tuple[str, ...]:
    """The latents that samples are made from."""
    nodes = upstream(plan.graph.nodes, sample_roots(plan))
    operations = [plan.graph.nodes[i].operation for i in sorted(nodes)]
    return tuple(op.name for op in operations if isinstance(op, Source))


def sample_roots(plan: Plan) -> tuple[int, ...]:
    """What samples show: the spec's images, else what the first critic judges as generated."""
    graph = plan.graph
    if graph.samples:
        return graph.samples
    for loss in graph.losses.values():
        node = graph.nodes[loss.tensors["fake"]] if "fake" in loss.tensors else None
        while node is not None and not isinstance(node.operation, NetworkCall) and node.inputs:
            node = graph.nodes[node.inputs[0]]
        if node is not None and node.inputs:
            shape = graph.nodes[node.inputs[0]].shape
            if isinstance(shape, Tensor) and shape.is_image and shape.channels in (1, 3):
                return (node.inputs[0],)
    return ()


def sample_functions(steps: Steps) -> list[Function]:
    """`sample(state, count, seed)` and `save_samples(state, path)`."""
    plan, imports = steps.plan, steps.imports
    roots = sample_roots(plan)
    if not roots:
        return []
    nodes = upstream(plan.graph.nodes, roots)
    operations = [plan.graph.nodes[i].operation for i in nodes]
    called = {op.network for op in operations if isinstance(op, NetworkCall)}
    networks = [n for n in plan.graph.networks if n in called]
    images = _sample_lines(steps, roots, networks, nodes)
    shape = plan.graph.nodes[roots[0]].shape
    assert isinstance(shape, Tensor)
    sides = ", ".join(map(str, shape.shape))
    low, high = sample_range(plan)
    summary = f"Images (count, {sides}) in {low:g}..{high:g} from a random stream of their own."
    arguments = ["state: State", "count: int", "seed: int"]
    return [
        Function("sample", arguments, "Tensor", summary, images, "@torch.no_grad()\n"),
        _save(plan, imports, len(roots), low, high),
    ]


def _sample_lines(
    steps: Steps, roots: tuple[int, ...], networks: list[str], nodes: set[int]
) -> list[str]:
    plan, imports, local = steps.plan, steps.imports, steps.local
    averages = averaged(plan) if plan.graph.spec.train.ema else []
    copied = imports.use("copy.deepcopy")
    stored = [f'state.{"averages" if n in averages else "networks"}["{n}"]' for n in networks]
    lines = [f"{local[n]} = {copied}({s}).eval()" for n, s in zip(networks, stored, strict=True)]
    lines.append('noise = random_stream(seed, "samples", state.noise.device)')
    lines.append("torch.manual_seed(seed)  # noise inside the networks; rounds seed it anew")
    writer = Writer(plan.graph.nodes, imports, Namespace(set(LOCAL)), local=local)
    uses = Counter(i for index in nodes for i in plan.graph.nodes[index].inputs)
    uses.update(roots)
    for name in sample_sources(plan):
        index = plan.graph.names[name]
        if name == plan.graph.spec.sample.rows:
            shape = plan.graph.nodes[index].shape
            assert isinstance(shape, Tensor)
            row = f"torch.arange(count, device=noise.device) // {COLUMNS} % {shape.classes}"
            lines.append(f"{local[name]} = {row}  # one class a row")
            writer.known[index] = (local[name], ATOM)
        elif uses[index] == 1:
            writer.known[index] = (f"draw_{name}(count, noise)", ATOM)
        else:
            lines.append(f"{local[name]} = draw_{name}(count, noise)")
            writer.known[index] = (local[name], ATOM)
    writer.write(nodes, {i for i in nodes if uses[i] > 1 and i not in writer.known})
    result = writer.text(roots[0])
    if len(roots) > 1:
        beside = imports.use("ganforge.runtime.samples:side_by_side")
        result = f"{beside}([{', '.join(writer.text(i) for i in roots)}])"
    shown = steps.timed([*writer.lines, f"return {result}"], plan.steps[-1].player.name)
    return [*lines, *shown]


def _save(plan: Plan, imports: Imports, shown: int, low: float, high: float) -> Function:
    grid = imports.use("ganforge.runtime.samples:save_grid")
    columns = COLUMNS if shown == 1 else shown * max(1, COLUMNS // shown)
    options = f"columns={columns}, low={literal(low)}, high={literal(high)}"
    line = f"{grid}(sample(state, count, state.seed), path, {options})"
    arguments = ["state: State", "path: Path", f"count: int = {COLUMNS * _rows(plan)}"]
    summary = "Write a grid of images, from the same latents every time."
    return Function("save_samples", arguments, "None", summary, [line])


def _rows(plan: Plan) -> int:
    """A row for each class that is swept, up to sixteen; else eight rows."""
    swept = plan.graph.spec.sample.rows
    shape = plan.graph.nodes[plan.graph.names[swept]].shape if swept else None
    return min(16, shape.classes or 8) if isinstance(shape, Tensor) else 8


def sample_range(plan: Plan) -> tuple[float, float]:
    """The range of the shown images: what their activation gives, else the first image field's."""
    shape = plan.graph.nodes[sample_roots(plan)[0]].shape
    if isinstance(shape, Tensor) and shape.range is not None:
        return float(shape.range[0]), float(shape.range[1])
    assert plan.graph.spec.data is not None
    for field in plan.graph.spec.data.fields.values():
        if isinstance(field, ImageField):
            return float(field.range[0]), float(field.range[1])
    return -1.0, 1.0
