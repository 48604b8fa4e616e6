"""From a Plan to the text of the program."""

from __future__ import annotations

import ast
import hashlib
import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from ganforge.codegen.calculation import Calculation, Layers, averaged, grows, modules_of
from ganforge.codegen.composites import write_composites
from ganforge.codegen.construction import built, made_by_level
from ganforge.codegen.data import data_of, field_table, opening, source_help, usable_sources
from ganforge.codegen.downsampling import opened_downsampled
from ganforge.codegen.draws import draw_functions, latent_functions
from ganforge.codegen.expressions import literal
from ganforge.codegen.formatting import LINE_LENGTH, formatted
from ganforge.codegen.functions import FIXED, LOCAL, Function
from ganforge.codegen.hyperparameters import Hyperparameters, LiveFunction, hyperparameters
from ganforge.codegen.libraries import libraries, pretrained
from ganforge.codegen.memory import memory_format
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.networks import ClassText, write_network
from ganforge.codegen.sample_sources import shows_data
from ganforge.codegen.samples import sample_functions
from ganforge.codegen.stage_table import stage_rows
from ganforge.codegen.stages import batch_constants, staged, training_functions
from ganforge.formula.evaluate import LIVE_FUNCTIONS
from ganforge.graph.graph import Graph
from ganforge.graph.signature import signature
from ganforge.plan.plan import Plan
from ganforge.plugins.registry import Registry
from ganforge.resources import folder
from ganforge.spec.models import ClassField, DataTable
from ganforge.spec.train import LENGTHS

if TYPE_CHECKING:
    import jinja2

ALWAYS = (
    "ganforge.runtime.state:random_stream",
    "ganforge.runtime.data:Data",
    "ganforge.runtime.errors:RunError",
)
UNSTAGED = (
    "ganforge.runtime.state:State",
    "ganforge.runtime.options:Options",
    "ganforge.runtime.run:Run",
)
STAGED = (
    "ganforge.runtime.staged:StagedState",
    "ganforge.runtime.options:StagedOptions",
    "ganforge.runtime.staged:StagedRun",
)
GROWING = "ganforge.runtime.growing:GrowingState"
SHOWING = ("sample", "save_samples", "measure")
SHAPING = tuple(key for key in DataTable.model_fields if key != "count")
"""Keys of `[data]` that change training whatever the source."""


@dataclass(frozen=True)
class Program:
    """The program: its text as `train` imports it, and the hash that checkpoints carry."""

    name: str
    text: str
    spec_hash: str
    data: str
    samples_of_data: bool
    """Whether `sample` and `save_samples` take the data."""
    length: str
    """How long it trains, such as `25 epochs`."""
    follows_progress: bool
    """Whether a live number does."""
    stages: tuple[str, ...] = ()
    """The names of its stages."""
    pretrained: Mapping[str, str] = field(default_factory=dict)
    """By network, the file of weights that are not trained here; empty where they are random."""
    libraries: frozenset[str] = frozenset()
    """What it may import beside torch, numpy and Pillow, since its parts require it."""


def build_program(plan: Plan, registry: Registry, data: str | None = None) -> Program:
    """The program of a plan. data: `NAME` or `NAME:PATH` in place of the spec's own source."""
    graph = plan.graph
    names = Namespace({*FIXED, *LOCAL})
    plans = (plan, *plan.stages)
    tensors = dict.fromkeys(name for p in plans for name in p.graph.names)
    local = {name: names.take(name) for name in (*graph.networks, *tensors)}
    imports = Imports(names)
    imports.fix((*ALWAYS, *(STAGED if plan.stages else UNSTAGED)))
    progress = "staged:GrowthProgress" if grows(plan) else "state:Progress"
    imports.fix([f"ganforge.runtime.{progress}"])
    classes, class_of = _classes(graph, imports, names, local)
    layers = {name: text.layers for name, text in class_of.items()}
    if any(text.by_level for text in class_of.values()):
        imports.fix([GROWING])
    if plan.stages:
        hypers, functions = _staged(plan, imports, names, local, layers)
    else:
        hypers, functions = _plain(plan, imports, names, local, layers)
    sources = usable_sources(data_of(graph), registry, data)
    live = [function for hyper in hypers for function in hyper.functions]
    given = pretrained(graph)
    context: dict[str, Any] = {
        **_head(graph),
        "progress_type": "GrowthProgress" if grows(plan) else "Progress",
        "classes": classes,
        "live": live,
        "live_mark": _live_mark(live, imports),
        "build": built(plan, hypers, imports, class_of),
        **functions,
        "samples_of_data": any(map(shows_data, plan.stages or [plan])),
        "sources": [(s.name, opening(data_of(graph), s, imports)) for s in sources],
        "source_help": source_help(sources),
        "monitor": _monitor(graph, imports, layers),
        "prepares": imports.use("ganforge.runtime.pretrained:prepare") if given else "",
    }
    context["measured"] = any(f.name == "measure" for f in context["samples"])
    context["figures"] = _figures(context["monitor"], context["measured"], imports)
    context["constants"] = _constants(graph, hypers, imports)
    return Program(
        name=graph.spec.gan.name,
        text=formatted(_render(context, imports), imports.packages()),
        spec_hash=context["spec"],
        data=data or sources[0].name,
        samples_of_data=context["samples_of_data"],
        length=_said_length(graph),
        follows_progress=any("t.progress" in function.source for function in live),
        pretrained=given,
        libraries=libraries(graph, sources),
        stages=tuple(stage.name for stage in graph.spec.stages),
    )


def _monitor(graph: Graph, imports: Imports, layers: Layers) -> str:
    """The call that makes the monitor; empty without one."""
    monitor = graph.spec.train.monitor
    if monitor is None:
        return ""
    watched = []
    for name, part in graph.monitored.items():
        modules = modules_of(part, f'state.networks["{part.network}"]', layers)
        watched.append(f"{name!r}: [{', '.join(modules)}]")
    stop = f", stop={literal(monitor.stop)}" if monitor.stop is not None else ""
    made = imports.use("ganforge.runtime.monitor:Monitor")
    return f"{made}({{{', '.join(watched)}}}{stop})"


def _figures(monitor: str, measured: bool, imports: Imports) -> str:
    """What the log is given beside losses in the last round of all."""
    figures = ["monitor.figures"] if monitor else []
    if measured:
        figures.append(f"{imports.use('functools.partial')}(measure, state, data)")
    return ", ".join(figures)


def _said_length(graph: Graph) -> str:
    parts = [(stage, _lengths(stage)) for stage in graph.stages] or [(graph, _lengths(graph))]
    said = [" ".join(f"{value} {name}" for name, value in length.items()) for _, length in parts]
    return ", then ".join(said)


def _head(graph: Graph) -> dict[str, Any]:
    """What stands at the top, and what the spec counts."""
    length = ("", "") if graph.stages else _length(graph)
    return {
        "header": header(graph),
        "params": _params(graph),
        "name": literal(graph.spec.gan.name),
        "spec": spec_hash(graph),
        "fields": literal(field_table(data_of(graph))),
        "state": "StagedState" if graph.stages else "State",
        "length": length,
        "progress": _progress(*length),
    }


def _plain(
    plan: Plan, imports: Imports, names: Namespace, local: dict[str, str], layers: Layers
) -> tuple[list[Hyperparameters], dict[str, Any]]:
    """The functions that draw, train and sample; whether one of them asks for the progress."""
    hyper = hyperparameters(plan.graph, Hyperparameters(names))
    c = Calculation(plan, imports, hyper, local, averages=averaged(plan), layers=layers)
    draws = draw_functions(c)  # before the round, which shows figures to all that follows them
    steps, samples = training_functions(c), sample_functions(c)
    lengths = {name.upper(): length for name, length in _lengths(plan.graph).items()}
    hyper.constants = {**batch_constants(plan, hyper), **lengths, **hyper.constants}
    return [hyper], {
        "latents": latent_functions(plan, imports),
        "draws": draws,
        "steps": steps,
        "samples": samples,
        "timed": _names_progress((*draws, *steps, *samples)),
        "stages": [],
        "downsampled": "",
    }


def _staged(
    plan: Plan, imports: Imports, names: Namespace, local: dict[str, str], layers: Layers
) -> tuple[list[Hyperparameters], dict[str, Any]]:
    """The same for the stages, and the table of stages."""
    groups, asking = staged(plan, imports, names, local, layers)
    once = {f.name: f for group in groups for f in group.latents}
    asked = [f for f in asking if f.name not in SHOWING]
    if asking:
        imports.fix(["typing:Any"])  # `Any` is a name of the skeleton
    return [group.hyper for group in groups], {
        "latents": list(once.values()),
        "draws": [],
        "steps": [*_once(f for group in groups for f in group.training), *asked],
        "samples": [
            *_once(f for group in groups for f in group.samples),
            *(f for f in asking if f.name in SHOWING),
        ],
        "timed": False,
        "stages": stage_rows(plan, imports),
        "downsampled": opened_downsampled(plan, imports),
    }


def _once(functions: Iterable[Function]) -> list[Function]:
    """Functions by name: what serves several stages stands once."""
    return list({function.name: function for function in functions}.values())


def _names_progress(functions: Iterable[Function]) -> bool:
    return any("progress(state)" in line for function in functions for line in function.lines)


def _render(context: dict[str, Any], imports: Imports) -> str:
    return _template().render(imports=imports.lines(), **context)


@cache
def _template() -> jinja2.Template:
    """The skeleton of programs, compiled once in a process."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("templates")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    return environment.get_template("program.py.j2")


def docstring(text: str) -> str:
    """Text as the inside of a triple-quoted string: whatever it holds, it stays a string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    safe = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in escaped)
    return safe.replace('\\"', '"') if '"""' not in text and not text.endswith('"') else safe


def header(graph: Graph) -> str:
    """The first docstring: what the spec says of itself."""
    gan = graph.spec.gan
    parts = [f"{gan.name}: {gan.title}." if gan.title else f"{gan.name}."]
    if gan.paper:
        parts.append(f"Paper: {gan.paper}")
    parts.extend(textwrap.fill(line, 98) for line in gan.notes.splitlines() if line.strip())
    return docstring("\n\n".join(parts))


def spec_hash(graph: Graph) -> str:
    """Changes with whatever changes a round; not with how many there are, nor with titles, samples
    or where the data comes from.
    """
    values = dict(graph.spec.document.values)
    kept = {k: v for k, v in values.items() if k not in ("gan", "sample", "data", "plugins")}
    data = values.get("data", {})
    kept["fields"] = data.get("fields", {})
    kept |= {key: data[key] for key in SHAPING if key in data}
    train = values.get("train", {})
    kept["train"] = {k: v for k, v in train.items() if k not in (*LENGTHS, "monitor")}
    for name, stage in values.get("stages", {}).items():
        own = {k: v for k, v in stage.items() if k not in (*LENGTHS, "images")}
        kept["stages"] = {**kept["stages"], name: own}
    matrices = {name: c.noise.rows for name, c in graph.spec.conditions.items() if c.noise}
    matrices |= {
        name: field.corrupt.rows
        for name, field in data_of(graph).fields.items()
        if isinstance(field, ClassField) and field.corrupt
    }
    kept |= {f"matrix of {name}": rows for name, rows in matrices.items() if rows}
    text = json.dumps([kept, graph.spec.params], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _params(graph: Graph) -> str:
    """The params, as a comment of as many lines as they need."""
    values = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in graph.spec.params.items()
    }
    if not values:
        return ""
    text = ", ".join(f"{name}={literal(value)}" for name, value in values.items())
    return textwrap.fill(
        f"Params: {text}", LINE_LENGTH, initial_indent="# ", subsequent_indent="# "
    )


def _constants(graph: Graph, hypers: Sequence[Hyperparameters], imports: Imports) -> dict[str, str]:
    constants = {name: value for hyper in hypers for name, value in hyper.constants.items()}
    constants["MEMORY_FORMAT"] = f"torch.{memory_format(graph)}"
    return constants | {name: _tensor(rows) for rows, name in imports.matrices.items()}


def _tensor(rows: tuple[tuple[float, ...], ...]) -> str:
    """A matrix as a call of `torch.tensor`, a row a line."""
    inner = "".join(f"    {literal(list(row))},\n" for row in rows)
    return f"torch.tensor(\n    [\n{inner}    ]\n)"


def _classes(
    graph: Graph, imports: Imports, names: Namespace, local: dict[str, str]
) -> tuple[list[ClassText], dict[str, ClassText]]:
    """The classes of composite blocks and networks; which class each network is an instance of."""
    classes, instances = write_composites(graph.networks, imports, names)
    class_of: dict[str, ClassText] = {}
    written: dict[tuple[str, object], ClassText] = {}
    alike = Counter(network.like for network in graph.networks.values())
    for name, network in graph.networks.items():
        # For inputs of other sizes an architecture has other weights, and so another class.
        made = tuple(signature(network.body)) if alike[network.like] > 1 else ()
        key = (network.like, made)
        if key not in written:
            first = network.like not in {like for like, _ in written}
            called = network.like if first else name
            class_name = local.get(called) or names.take(called)
            if class_name.islower():
                class_name = names.take(class_name.capitalize())
            named = graph.named_layers(network.like)
            body, by_level = network.body, made_by_level(graph)
            written[key] = write_network(class_name, body, imports, instances, named, by_level)
            classes.append(written[key])
        class_of[name] = written[key]
    return classes, class_of


def _lengths(graph: Graph) -> dict[str, str]:
    """The length of training by its unit."""
    lengths = {name: getattr(graph.spec.train, name) for name in LENGTHS}
    return {k: literal(int(v) if v == int(v) else v) for k, v in lengths.items() if v is not None}


def _length(graph: Graph) -> tuple[str, str]:
    """What is counted during training, and where it ends."""
    train = graph.spec.train
    if train.epochs is not None:
        return "state.images", "EPOCHS * state.samples"
    return ("state.images", "1000 * KIMG") if train.kimg is not None else ("state.round", "ROUNDS")


def _progress(done: str, end: str) -> str:
    return f"{done} / ({end})" if " " in end else f"{done} / {end}"


def _live_mark(live: Sequence[LiveFunction], imports: Imports) -> str:
    """The decorator of live numbers; what their formulas call is imported."""
    if not live:
        return ""
    names = (node for f in live for node in ast.walk(ast.parse(f.source)))
    for name in {node.id for node in names if isinstance(node, ast.Name)}:
        if name in LIVE_FUNCTIONS:
            imports.use(f"ganforge.runtime.schedules:{name}")
        elif name == "math":
            imports.use("math.pi")
    return imports.use("ganforge.runtime.live:live")
