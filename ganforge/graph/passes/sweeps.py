"""What samples run through, and latents that they draw differently."""

from __future__ import annotations

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import Source, upstream
from ganforge.graph.shapes import latent_shape
from ganforge.graph.sweeps import MOST_SAMPLES, named, sweeps_data
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings
from ganforge.spec.models import SweepTable


def check_sweeps(graph: Graph, findings: Findings) -> None:
    """GF507 and GF509: `rows`, `columns` and `latents` of `[sample]`."""
    sample = graph.spec.sample
    for key, table in (("rows", sample.rows), ("columns", sample.columns)):
        if table is not None:
            _check_sweep(graph, key, table, findings)
    if sample.rows and sample.columns and sample.rows.of == sample.columns.of:
        message = f"`rows` and `columns` both sweep `{sample.rows.of}`"
        help = "sweep something else, or leave one out"
        findings.add("GF507", ("sample", "columns"), message, help)
    for name, latent in graph.spec.sampled_latents.items():
        path, trained = ("sample", "latents", name), graph.spec.latents.get(name)
        if trained is None:
            help = did_you_mean(name, list(graph.spec.latents), "latent")
            findings.add("GF509", path, f"`{name}` is no latent", help, key=True)
        elif str(latent_shape(trained)) != str(latent_shape(latent)):
            message = f"samples draw `{name}` in the size {latent_shape(latent)}, and training in "
            message += f"the size {latent_shape(trained)}"
            help = "write the size of training: the networks were made for it"
            findings.add("GF509", path, message, help)


def _check_sweep(graph: Graph, key: str, table: SweepTable, findings: Findings) -> None:
    path: Path = ("sample", key)
    name, index = named(table.of)
    drawn = [*graph.spec.conditions, *graph.spec.latents]
    if sweeps_data(graph.spec, table):
        _check_vectors(graph, key, table, findings)
        return
    if name not in drawn:
        message = f"`{key}` sweeps `{table.of}`, which is no condition or latent"
        findings.add("GF507", path, message, did_you_mean(name, drawn))
        return
    shape = graph.nodes[graph.names[name]].shape
    if not isinstance(shape, Tensor):
        return
    if not _is_shown(graph, name):
        message = f"`{key}` sweeps `{name}`, and no sample is made from it"
        findings.add("GF507", path, message, "sweep what the samples are made from")
    elif shape.attributes and name in graph.spec.conditions:
        _check_numbered(key, table, index, ("attribute", shape.size), path, findings)
    elif shape.classes is not None:
        _check_numbered(key, table, index, ("class", shape.classes), path, findings)
    elif index is None and shape.size > 1 and name in graph.spec.conditions:
        message = f"`{key}` sweeps `{name}`, vectors that are not the samples' own"
        findings.add("GF507", path, message, f'choose one of its numbers: `of = "{name}[0]"`')
    elif index is None and shape.size > 1:
        if table.values:
            message = f"`{key}` has values for `{name}`, which is {shape.size} numbers"
            findings.add("GF507", path, message, f'choose one of them: `of = "{name}[0]"`')
    elif len(shape.shape) != 1 or (index or 0) >= shape.size:
        message = f"`{key}` sweeps `{table.of}`, and `{name}` is {shape}"
        help = f"its numbers are `{name}[0]` to `{name}[{shape.size - 1}]`"
        no_vector = "sweep one number of a vector, such as `z[0]`, or a class"
        findings.add("GF507", path, message, help if len(shape.shape) == 1 else no_vector)


def _check_vectors(graph: Graph, key: str, table: SweepTable, findings: Findings) -> None:
    """A sweep of a vector of the data, whose values are numbers of samples."""
    name, index = named(table.of)
    if not _is_shown(graph, name):
        message = f"`{key}` sweeps `{name}`, and no sample is made from it"
        findings.add("GF507", ("sample", key), message, "sweep what the samples are made from")
    elif index is not None:
        message = f"`{key}` sweeps `{table.of}`, and vectors of the data are shown as they are"
        findings.add("GF507", ("sample", key), message, f'write `{key} = "{name}"`')
    elif any(value != int(value) or not 0 <= value < MOST_SAMPLES for value in table.values):
        message = f"`values` of `{name}` are numbers of samples of the data"
        help = f"they are numbered from 0 to {MOST_SAMPLES - 1}, as samples show them"
        findings.add("GF507", ("sample", key), message, help)


def _check_numbered(
    key: str,
    table: SweepTable,
    index: int | None,
    numbered: tuple[str, int],
    path: Path,
    findings: Findings,
) -> None:
    name, (kind, count) = named(table.of)[0], numbered
    kinds = "classes" if kind == "class" else "attributes"
    if index is not None:
        what = "a class, not a list" if kind == "class" else "attributes, which are swept together"
        message = f"`{key}` sweeps `{table.of}`, and `{name}` is {what}"
        findings.add("GF507", path, message, f'write `{key} = "{name}"`')
    for value in table.values:
        if value != int(value) or not 0 <= value < count:
            message = f"`{key}` asks for {kind} {value:g} of `{name}`, which has {count} {kinds}"
            findings.add("GF507", path, message, f"they are numbered from 0 to {count - 1}")
            return


def _is_shown(graph: Graph, name: str) -> bool:
    """Whether samples are made from a latent or condition; without `images` nothing says so."""
    nodes = upstream(graph.nodes, graph.samples)
    shown = {op.name for i in nodes if isinstance(op := graph.nodes[i].operation, Source)}
    return name in shown or not graph.samples
