"""From a Plan to the text of the program."""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ganforge.codegen.calculation import Calculation, averaged
from ganforge.codegen.composites import write_composites
from ganforge.codegen.data import data_of, field_table, opening, source_help, usable_sources
from ganforge.codegen.draws import draw_functions, latent_functions
from ganforge.codegen.expressions import literal, write_call
from ganforge.codegen.formatting import formatted
from ganforge.codegen.functions import FIXED, LOCAL, Function
from ganforge.codegen.hyperparameters import Hyperparameters, hyperparameters
from ganforge.codegen.joint import joint_round
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.networks import ClassText, write_network
from ganforge.codegen.rounds import train_round
from ganforge.codegen.samples import sample_functions, shows_data
from ganforge.codegen.steps import step_function
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Replay
from ganforge.plan.plan import Plan
from ganforge.plugins.declarations import Call, call
from ganforge.plugins.registry import Registry
from ganforge.plugins.shapes import Tensor, TensorList
from ganforge.resources import folder
from ganforge.spec.train import LENGTHS

ALWAYS = (
    "ganforge.runtime.state:Progress",
    "ganforge.runtime.state:State",
    "ganforge.runtime.state:random_stream",
    "ganforge.runtime.data:Data",
    "ganforge.runtime.errors:RunError",
    "ganforge.runtime.options:Options",
    "ganforge.runtime.run:Run",
)
SHAPING = ("paired", "load_size", "crop", "flip", "dequantize", "holdout")
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


def build_program(plan: Plan, registry: Registry, data: str | None = None) -> Program:
    """The program of a plan. data: `NAME` or `NAME:PATH` in place of the spec's own source."""
    graph = plan.graph
    names = Namespace({*FIXED, *LOCAL})
    local = {name: names.take(name) for name in (*graph.networks, *graph.names)}
    imports = Imports(names)
    imports.fix(ALWAYS)
    classes, class_of = _classes(graph, imports, names, local)
    hyper = hyperparameters(graph, names)
    calculation = Calculation(plan, imports, hyper, local)
    functions = _training(calculation)
    samples, draws = sample_functions(calculation), draw_functions(calculation)
    sources = usable_sources(data_of(graph), registry, data)
    context: dict[str, Any] = {
        "header": header(graph),
        "params": _params(graph),
        "name": literal(graph.spec.gan.name),
        "spec": spec_hash(graph),
        "fields": literal(field_table(data_of(graph))),
        "constants": _constants(graph, hyper, plan),
        "classes": classes,
        "live": hyper.functions,
        "build": _build(graph, plan, hyper, imports, class_of),
        "latents": latent_functions(plan, imports),
        "draws": draws,
        "steps": functions,
        "length": _length(graph),
        "timed": _names_progress((*draws, *functions, *samples)),
        "progress": _progress(*_length(graph)),
        "samples": samples,
        "samples_of_data": shows_data(plan),
        "sources": [(s.name, opening(data_of(graph), s, imports)) for s in sources],
        "source_help": source_help(sources),
        "data": literal(data or sources[0].name),
    }
    if hyper.functions:
        context["live_mark"] = imports.use("ganforge.runtime.live:live")
        _schedules(hyper, imports)
    text = _render(context, imports)
    return Program(
        graph.spec.gan.name,
        formatted(text),
        str(context["spec"]),
        data or sources[0].name,
        shows_data(plan),
        " ".join(f"{value} {name}" for name, value in _lengths(graph).items()),
        any("t.progress" in function.source for function in hyper.functions),
    )


def _names_progress(functions: Iterable[Function]) -> bool:
    return any("progress(state)" in line for function in functions for line in function.lines)


def _training(c: Calculation) -> list[Function]:
    """One function per player, and the round; or the round alone."""
    lazy = [step_function(c, step) for step in c.plan.lazy]
    if c.plan.joint:
        return [*lazy, joint_round(c)]
    return [*(step_function(c, step) for step in c.plan.steps), *lazy, train_round(c)]


def _render(context: dict[str, Any], imports: Imports) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("templates")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    return environment.get_template("program.py.j2").render(imports=imports.lines(), **context)


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
    kept = {k: v for k, v in values.items() if k not in ("gan", "sample", "data")}
    data = values.get("data", {})
    kept["fields"] = data.get("fields", {})
    kept |= {key: data[key] for key in SHAPING if key in data}
    kept["train"] = {k: v for k, v in values.get("train", {}).items() if k not in LENGTHS}
    text = json.dumps([kept, graph.spec.params], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _params(graph: Graph) -> str:
    values = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in graph.spec.params.items()
    }
    return ", ".join(f"{name} = {literal(value)}" for name, value in values.items())


def _constants(graph: Graph, hyper: Hyperparameters, plan: Plan) -> dict[str, str]:
    train = graph.spec.train
    constants = {"BATCH": literal(train.batch)}
    for name, table in train.players.items():
        if table.batch:
            constants[f"{name.upper()}_BATCH"] = literal(table.batch)
    constants |= {name.upper(): length for name, length in _lengths(graph).items()}
    return constants | hyper.constants | {"MEMORY_FORMAT": f"torch.{memory_format(graph)}"}


def memory_format(graph: Graph) -> str:
    """Channels last suits plain convolutions; nets padded by reflection gain nothing from it."""
    layers = (layer for network in graph.networks.values() for layer in network.body.layers())
    suited = [layer.params for layer in layers if layer.block.channels_last]
    plain = all(getattr(params, "padding_mode", "zeros") == "zeros" for params in suited)
    return "channels_last" if suited and plain else "contiguous_format"


def _classes(
    graph: Graph, imports: Imports, names: Namespace, local: dict[str, str]
) -> tuple[list[ClassText], dict[str, str]]:
    """The classes of composite blocks and networks; which class each network is an instance of."""
    classes, instances = write_composites(graph.networks, imports, names)
    class_of: dict[str, str] = {}
    written: dict[str, str] = {}
    for name, network in graph.networks.items():
        if network.like not in written:
            class_name = local.get(network.like) or names.take(network.like)
            if class_name.islower():
                class_name = names.take(class_name.capitalize())
            written[network.like] = class_name
            inputs = tuple(network.body.inputs)
            classes.append(write_network(class_name, inputs, network.body, imports, instances))
        class_of[name] = written[network.like]
    return classes, class_of


def _build(
    graph: Graph, plan: Plan, hyper: Hyperparameters, imports: Imports, class_of: dict[str, str]
) -> dict[str, Any]:
    """What `build` makes: networks, frozen ones, optimisers, averages."""
    optimizers = []
    for player in plan.steps:
        name, networks = player.player.name, player.player.networks
        weights = f'networks["{networks[0]}"].parameters()'
        if len(networks) > 1:
            weights = "[" + ", ".join(f'*networks["{n}"].parameters()' for n in networks) + "]"
        made = f"torch.optim.{hyper.classes[name]}({weights}, {hyper.optimizers[name]})"
        optimizers.append((name, made))
    imports.use("torch.optim")
    frozen = [n for n, network in graph.networks.items() if network.table.frozen]
    averages = averaged(plan) if graph.spec.train.ema else []
    copy = imports.use("ganforge.runtime.averages:average_of") if averages else ""
    return {
        "networks": [(n, f"{class_of[n]}()") for n in graph.networks],
        "frozen": frozen,
        "optimizers": optimizers,
        "fused": any("fused=fused" in made for _, made in optimizers),
        "averages": averages,
        "average_of": copy,
        "losses": _memories(graph, imports),
        "players": [p.player.name for p in plan.steps],
    }


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


def _schedules(hyper: Hyperparameters, imports: Imports) -> None:
    import ast

    for function in hyper.functions:
        for node in ast.walk(ast.parse(function.source)):
            if isinstance(node, ast.Name) and node.id in ("linear", "cosine", "exponential"):
                imports.use(f"ganforge.runtime.schedules:{node.id}")
            if isinstance(node, ast.Name) and node.id == "math":
                imports.use("math.pi")
