"""The functions that make samples: `sample` and `save_samples`."""

from __future__ import annotations

from collections import Counter

from ganforge.codegen.expressions import ATOM, literal
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.steps import LOCAL, Function, Steps, averaged
from ganforge.codegen.values import Writer
from ganforge.graph.nodes import NetworkCall, Source, upstream
from ganforge.plan.plan import Plan
from ganforge.plugins.shapes import Tensor
from ganforge.spec.models import ImageField

COLUMNS = 8
"""Samples beside each other in a grid."""


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
