"""The functions that make samples: `sample` and `save_samples`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from ganforge.codegen.calculation import Calculation
from ganforge.codegen.expressions import ATOM, literal
from ganforge.codegen.fields import field_value
from ganforge.codegen.functions import LOCAL, Function, indented, repr_of
from ganforge.codegen.names import Namespace
from ganforge.codegen.sample_sources import (
    asked_class,
    from_data,
    sample_roots,
    sample_sources,
    shows_data,
)
from ganforge.codegen.sweeps import Grid, grid_of, sweep_function
from ganforge.codegen.values import Writer
from ganforge.graph.nodes import upstream
from ganforge.graph.originals import comparison_of
from ganforge.graph.sweeps import named, sweeps_data
from ganforge.plan.plan import Plan
from ganforge.plugins.shapes import Tensor
from ganforge.spec.models import ImageField


def sample_functions(c: Calculation) -> list[Function]:
    """`sample(state, count, seed)` and `save_samples(state, path)`. Where samples are made from
    data, the one takes a batch of it, and the other the data.
    """
    plan = c.plan
    roots = sample_roots(plan)
    if not roots:
        return []
    shape = plan.graph.nodes[roots[0]].shape
    assert isinstance(shape, Tensor)
    sides = ", ".join(map(str, shape.shape))
    low, high = sample_range(plan)
    real = ["real: dict[str, Tensor]"] if shows_data(plan) else []
    made = "from a batch of data" if real else "from a random stream of their own"
    rows = f"Rows of {len(roots)} images" if len(roots) > 1 else f"Images (count, {sides})"
    summary = f"{rows} in {low:g}..{high:g} {made}."
    arguments = ["state: State", *real, "count: int", "seed: int"]
    asked = asked_class(plan)
    if asked:
        arguments.append(f"{c.local[asked]}: Tensor | None = None")
    if _sweeps(plan):
        arguments.append("swept: bool = False")
    lines = _sample_lines(c, roots)
    sources = sample_sources(plan)
    read = [name for name in sources if from_data(plan, name)]
    sweep = [sweep_function(cells(plan), sources, c.local, c.imports, c.prefix, read)]
    return [
        *(sweep if _sweeps(plan) else []),
        Function(f"{c.prefix}sample", arguments, "Tensor", summary, lines, "@torch.no_grad()\n"),
        _save(c, low, high),
        *_measure(c, low, high),
    ]


def _sweeps(plan: Plan) -> bool:
    """Whether rows or columns of a grid run through something."""
    return plan.graph.spec.sample.rows is not None or plan.graph.spec.sample.columns is not None


def drawing(plan: Plan, name: str) -> str:
    """The function that draws a latent or condition for samples."""
    other = name in plan.graph.spec.sampled_latents
    return f"draw_{name}_for_samples" if other else f"draw_{name}"


def _sample_lines(c: Calculation, roots: tuple[int, ...]) -> list[str]:
    plan, imports = c.plan, c.imports
    nodes = upstream(plan.graph.nodes, roots)
    lines = [_copied(c, name) for name in c.called(nodes)]
    writer = c.writer(Namespace(set(LOCAL)))
    uses = Counter(i for index in nodes for i in plan.graph.nodes[index].inputs)
    uses.update(roots)
    apart = bool(once_in_a_row(plan) or above_columns(plan))
    lines.append("torch.manual_seed(seed)  # noise inside the networks; rounds seed it anew")
    if plan.graph.spec.sample.statistics == "standing":
        lines += _standing_passes(c, roots)
    lines += _drawn(c, writer, uses)
    kept = {i for i in nodes if uses[i] > 1 and i not in writer.known}
    if apart and kept:  # images are returned in one of two ways
        kept |= {i for i in roots if i not in writer.known}
    writer.write(nodes, kept)
    result = writer.text(roots[0])
    if len(roots) > 1:
        beside = imports.use("ganforge.runtime.samples:side_by_side")
        result = f"{beside}([{', '.join(writer.text(i) for i in roots)}])"
    if apart:
        rows = _rows(c, writer, roots)
        if not writer.lines:  # nothing stands between what is swept and what is shown
            made = [*_swept(c, [f"return {rows}"]), f"return {result}"]
            return [*lines, *c.timed(made, repr_of(plan.steps[-1].player.name))]
        writer.lines += ["if swept:", f"    return {rows}"]
    lines += _swept(c) if _sweeps(plan) else []
    if plan.graph.spec.sample.statistics == "batch":
        made = _in_batches(c, [*writer.lines, f"shown.append({result})"])
    else:
        made = [*writer.lines, f"return {result}"]
    return [*lines, *c.timed(made, repr_of(plan.steps[-1].player.name))]


def once_in_a_row(plan: Plan) -> tuple[int, ...]:
    """Images that are the same along a row of a grid: its columns sweep something for others, or
    each row shows a sample of the data. Of samples made in batches, which hold no whole rows, none.
    """
    sample, roots = plan.graph.spec.sample, sample_roots(plan)
    if sample.statistics == "batch":
        return ()
    if sample.columns is not None:
        swept = {plan.graph.names[named(sample.columns.of)[0]]}
    elif sweeps_data(plan.graph.spec, sample.rows):
        swept = {plan.graph.names[n] for n in sample_sources(plan) if not from_data(plan, n)}
    else:
        return ()
    once = tuple(i for i in roots if not swept & upstream(plan.graph.nodes, (i,)))
    return once if len(once) < len(roots) else ()


def above_columns(plan: Plan) -> tuple[int, ...]:
    """Images that are the same along a column of a grid, whose rows and columns both sweep
    something for others.
    """
    sample, once = plan.graph.spec.sample, once_in_a_row(plan)
    if sample.rows is None or sample.columns is None or sample.statistics == "batch":
        return ()
    swept = plan.graph.names[named(sample.rows.of)[0]]
    left = [i for i in sample_roots(plan) if i not in once]
    above = tuple(i for i in left if swept not in upstream(plan.graph.nodes, (i,)))
    return above if len(above) < len(left) else ()


def cells(plan: Plan) -> Grid:
    """The grid of samples; where each row shows a sample of the data, or images stand above their
    columns, what stands apart leaves its room to the others.
    """
    shown, above = len(sample_roots(plan)), len(above_columns(plan))
    of_data = sweeps_data(plan.graph.spec, plan.graph.spec.sample.rows)
    apart = len(once_in_a_row(plan)) + above if of_data or above else 0
    return grid_of(plan, shown - apart)


def _rows(c: Calculation, writer: Writer, roots: tuple[int, ...]) -> str:
    """The images of a grid, of which some stand once in a row, or once in a column."""
    rows = c.imports.use("ganforge.runtime.samples:in_rows")
    once, above = once_in_a_row(c.plan), above_columns(c.plan)
    first = ", ".join(writer.text(i) for i in once)
    others = ", ".join(writer.text(i) for i in roots if i not in (*once, *above))
    heads = f", above=[{', '.join(writer.text(i) for i in above)}]" if above else ""
    return f"{rows}([{first}], [{others}], across={cells(c.plan).across}{heads})"


def _in_batches(c: Calculation, lines: list[str]) -> list[str]:
    """Samples made as many at a time as in training: batch norm sees such batches."""
    plan = c.plan
    names = [c.local[name] for name in sample_sources(plan)]
    batch = c.batch(plan.steps[-1].player.name)
    parts = ", ".join(f"{name}.split({batch})" for name in names)
    return [
        f"parts, shown = zip({parts}, strict=True), []",
        f"for {', '.join(names)}{',' * (len(names) == 1)} in parts:  # batches as in training",
        *(f"    {line}" for line in lines),
        "return torch.cat(shown)",
    ]


def _standing_passes(c: Calculation, roots: tuple[int, ...]) -> list[str]:
    """Passes from which batch norm learns its statistics, over samples drawn as those to come."""
    plan, names = c.plan, sample_sources(c.plan)
    nodes = upstream(plan.graph.nodes, roots)
    networks = [c.local[name] for name in c.called(nodes)]
    writer = c.writer(Namespace({*LOCAL, *c.local.values()}))
    player = plan.steps[-1].player.name
    count = "count" if shows_data(plan) else c.batch(player)
    lines = []
    for name in names:
        text = _of_data(c, name) or f"{drawing(plan, name)}({count}, noise)"
        asked = name == asked_class(plan)  # what was asked for is an argument, and stays as it is
        called = writer.names.take(f"any_{c.local[name]}") if asked else c.local[name]
        lines.append(f"{called} = {text}")
        writer.known[plan.graph.names[name]] = (called, ATOM)
    uses = Counter(i for index in nodes for i in plan.graph.nodes[index].inputs)
    made = [root for root in roots if root not in writer.known]
    writer.write(nodes, {i for i in nodes if uses[i] > 1 and i not in writer.known})
    lines += [*writer.lines, *(writer.text(i) for i in made if not uses[i])]
    standing = c.imports.use("ganforge.runtime.samples:standing_statistics")
    stream = 'noise = random_stream(seed, "statistics", state.noise.device)'
    return [
        *([stream] if any(_is_drawn(plan, name) for name in names) else []),
        f"with {standing}([{', '.join(networks)}]) as passes:",
        "    for _ in passes:",
        *(f"        {line}" for line in c.timed(lines, repr_of(player))),
    ]


def _is_drawn(plan: Plan, name: str) -> bool:
    """Whether a source of samples takes random numbers."""
    return not from_data(plan, name) or _is_shuffled(plan, name)


def _is_shuffled(plan: Plan, name: str) -> bool:
    """Whether a source is read from the data, and is not that of the sample itself."""
    condition = plan.graph.spec.conditions.get(name)
    return condition is not None and from_data(plan, name) and condition.draw != "same"


def _of_data(c: Calculation, name: str) -> str | None:
    """The expression of a source that is read from the data; None for one that is drawn."""
    value = _read(c.plan, name)
    return _shuffled(c, value) if value and _is_shuffled(c.plan, name) else value


def _read(plan: Plan, name: str) -> str | None:
    """The same, as the sample itself has it."""
    if not from_data(plan, name):
        return None
    if plan.role(name) == "given":
        return f'real["{name}"]'
    condition = plan.graph.spec.conditions.get(name)
    return field_value(plan, condition.field if condition else name, "real")


def _shuffled(c: Calculation, value: str) -> str:
    """What is read, in another order."""
    return f"{c.imports.use('ganforge.runtime.latents:shuffled')}({value}, noise)"


def _copied(c: Calculation, name: str) -> str:
    """A network as samples call it: training's own stays as it is. An average, which is
    never trained, needs no copy unless its statistics change.
    """
    plan, averaged = c.plan, name in c.averages
    stored = f'state.{"averages" if averaged else "networks"}["{name}"]'
    statistics = plan.graph.spec.sample.statistics
    if statistics == "running" and averaged:
        return f"{c.local[name]} = {stored}.eval()"
    copied = f"{c.imports.use('copy.deepcopy')}({stored})"
    if statistics == "standing":
        return f"{c.local[name]} = {copied}"
    if statistics == "batch":
        kept = c.imports.use("ganforge.runtime.samples:with_batch_statistics")
        return f"{c.local[name]} = {kept}({copied})"
    return f"{c.local[name]} = {copied}.eval()"


def _drawn(c: Calculation, writer: Writer, uses: Counter[int]) -> list[str]:
    """Latents, conditions and fields of samples; what is used once stands where it is used."""
    plan, local, names = c.plan, c.local, sample_sources(c.plan)
    inline = plan.graph.spec.sample.statistics != "batch" and not _sweeps(plan)
    stream = 'noise = random_stream(seed, "samples", state.noise.device)'
    lines = [stream] if any(_is_drawn(plan, name) for name in names) else []
    changed = _changed(plan)
    for name in names:
        index = plan.graph.names[name]
        read = _read(plan, name) if name in changed else _of_data(c, name)
        if read:
            text = read
        elif name == asked_class(plan):
            text = f"{drawing(plan, name)}(count, noise)"
            lines += [f"if {local[name]} is None:", f"    {local[name]} = {text}"]
            writer.known[index] = (local[name], ATOM)
            continue
        elif uses[index] == 1 and inline:
            writer.known[index] = (f"{drawing(plan, name)}(count, noise)", ATOM)
            continue
        else:
            text = f"{drawing(plan, name)}(count, noise)"
        lines.append(f"{local[name]} = {text}")
        writer.known[index] = (local[name], ATOM)
    return lines


def _swept(c: Calculation, shown: Collection[str] = ()) -> list[str]:
    """What samples of a grid are made from, and else the attributes of other samples.

    shown: lines that end the function for a grid.
    """
    given = ", ".join(c.local[name] for name in sample_sources(c.plan))
    swept = ["if swept:", *indented([f"{given} = {c.prefix}sweep({given})", *shown])]
    others = [f"{c.local[name]} = {_shuffled(c, c.local[name])}" for name in _changed(c.plan)]
    if others and not shown:
        return [*swept, "else:", *indented(others)]
    return [*swept, *others]


def _changed(plan: Plan) -> list[str]:
    """The attributes that a grid shows changed, where others are those of another sample."""
    sample, conditions = plan.graph.spec.sample, plan.graph.spec.conditions
    swept = [table.of for table in (sample.rows, sample.columns) if table is not None]
    found = [name for name in swept if name in conditions and _is_shuffled(plan, name)]
    return [name for name in sample_sources(plan) if name in found]


def _save(c: Calculation, low: float, high: float) -> Function:
    plan, imports = c.plan, c.imports
    sample = f"{c.prefix}sample"
    save = imports.use("ganforge.runtime.samples:save_grid")
    shown, swept = len(sample_roots(plan)), ", swept=True" if _sweeps(plan) else ""
    grid = cells(plan)
    once, above = len(once_in_a_row(plan)), len(above_columns(plan))
    columns = once + (shown - once - above) * grid.across
    options = f"{columns=}, low={literal(low)}, high={literal(high)}"
    together = 1 if once or grid.across == 1 else shown - above
    options += f", {together=}" if together > 1 else ""
    count = f"count: int = {grid.count}"
    if not shows_data(plan):
        line = f"{save}({sample}(state, count, state.seed{swept}), path, {options})"
        arguments = ["state: State", "path: Path", count]
        summary = "Write a grid of images, from the same latents every time."
        return Function(f"{c.prefix}save_samples", arguments, "None", summary, [line])
    read = imports.use("ganforge.runtime.data:first_batch")
    lines = [
        f"real = {read}(state, data, {_needed(grid)}, state.seed)",
        f"{save}({sample}(state, real, count, state.seed{swept}), path, {options})",
    ]
    arguments = ["state: State", "data: Data", "path: Path", count]
    summary = "Write a grid of images, of the same samples of the data every time."
    return Function(f"{c.prefix}save_samples", arguments, "None", summary, lines)


def _measure(c: Calculation, low: float, high: float) -> list[Function]:
    """`measure(state, data)`, where samples show what they are measured against."""
    found, imports = comparison_of(c.plan.graph), c.imports
    if found is None:
        return []
    first, as_bytes, fidelity = (
        imports.use(f"ganforge.runtime.{name}")
        for name in ("data:first_batch", "samples:as_bytes", "fidelity:fidelity")
    )
    compared = ", ".join(f"{literal(name)}: images[{k}]" for name, k in found.images.items())
    lines = [
        "count = min(count, (data.held_out or data).count)",
        f"real = {first}(state, data, count, state.seed)",
        f"shown = {c.prefix}sample(state, real, count, state.seed)",
        f"images = {as_bytes}(shown, low={literal(low)}, high={literal(high)})",
        f"images = images.unflatten(0, (count, {found.shown})).unbind(1)",
        f"return {fidelity}(images[{found.original}], {{{compared}}}, shave={found.shave})",
    ]
    arguments = ["state: State", "data: Data", "count: int = 32"]
    summary = "How near samples come to their originals, of the same samples every time."
    return [Function(f"{c.prefix}measure", arguments, "dict[str, float]", summary, lines)]


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


def _needed(grid: Grid) -> str:
    """How many samples of the data a grid needs: more than it has cells where it chooses some."""
    for sweep in (grid.rows, grid.columns):
        if sweep is not None and sweep.of_data and sweep.values != tuple(range(sweep.length)):
            return f"max(count, {int(max(sweep.values)) + 1})"
    return "count"
