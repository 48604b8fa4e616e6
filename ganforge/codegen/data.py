"""How a program opens its data: what it asks of the source, and the call that opens it."""

from __future__ import annotations

from typing import Any

from ganforge.codegen.expressions import literal
from ganforge.codegen.functions import Function
from ganforge.codegen.names import Imports
from ganforge.graph.graph import Graph
from ganforge.plugins.calls import Matrix
from ganforge.plugins.declarations import DataSource
from ganforge.plugins.registry import Registry
from ganforge.spec.fields import AttributesField, VectorField
from ganforge.spec.label_noise import CorruptTable
from ganforge.spec.models import AnyField, ClassField, Data, ImageField

SAID = {
    "random_crop": "cropped at random",
    "random_flip": "half of them mirrored",
    "dequantized": "with noise of one level",
}


def data_of(graph: Graph) -> Data:
    """The data of a sound spec."""
    assert graph.spec.data is not None
    return graph.spec.data


def field_table(data: Data) -> dict[str, dict[str, Any]]:
    """The program's `FIELDS`: what each field is, and which domain it is of."""
    table: dict[str, dict[str, Any]] = {}
    domain = -1
    for name, field in data.fields.items():
        about = _about(field, data.table.load_size)
        if field.source:
            about["from"] = field.source
        if data.domains:  # a class is that of the image before it
            domain += isinstance(field, ImageField)
            about["domain"] = max(0, domain)
        table[name] = about
    return table


def _about(field: AnyField, load_size: tuple[int, ...] | None) -> dict[str, Any]:
    if isinstance(field, ClassField):
        return {"kind": "class", "classes": field.classes}
    if isinstance(field, AttributesField):
        names = {"names": field.names} if field.names else {}
        return {"kind": "attributes", "size": field.size, **names}
    if isinstance(field, VectorField):
        return {"kind": "vector", "size": field.size}
    size = tuple(load_size or field.size)
    return {"kind": "image", "channels": field.channels, "size": size}


def usable_sources(data: Data, registry: Registry, given: str | None) -> list[DataSource]:
    """The source that is given in place of the spec's own; else that, and a folder of images beside
    it, which every researcher has.
    """
    name = given.partition(":")[0] if given else data.source.name
    names = dict.fromkeys([name, "folder"] if name == data.source.name else [name])
    return [registry.sources[n] for n in names if n in registry.sources]


def opening(data: Data, source: DataSource, imports: Imports) -> str:
    """The expression that opens a source at `path`."""
    fields = "part" if data.domains else "FIELDS"
    opened = _called(data, source, fields, imports)
    if data.table.holdout is not None:
        hold_out = imports.use("ganforge.runtime.holdout:hold_out")
        opened = f"{hold_out}({opened}, {literal(data.table.holdout)})"
    for name, field in data.fields.items():
        if isinstance(field, ClassField):
            opened = _relabelled(opened, name, field, imports)
    several = [name for name, field in data.fields.items() if field.kind in source.several]
    if several:
        captioned = imports.use("ganforge.runtime.captions:Captioned")
        opened = f"{captioned}({opened}, {literal(several)})"
    if _cropped(data):
        cropped = imports.use("ganforge.runtime.crops:Cropped")
        margins = data.table.crop == "random"
        opened = f"{cropped}({opened}, {literal(data.sizes)}, {margins=})"
    if not data.domains:
        return opened
    domains = imports.use("ganforge.runtime.domains:Domains")
    parts = imports.use("ganforge.runtime.domains:by_domain")
    return f"{domains}([{opened} for part in {parts}(FIELDS)])"


def _relabelled(opened: str, name: str, field: ClassField, imports: Imports) -> str:
    """Data whose labels of a field training sees noisy or hidden, where the spec says so."""
    if field.corrupt is not None:
        noisy = imports.use("ganforge.runtime.labels:NoisyLabels")
        arguments = f"{literal(name)}, {_noise(field, field.corrupt, imports)}, "
        opened = f"{noisy}({opened}, {arguments}{field.corrupt.seed})"
    if field.labelled is not None:
        partly = imports.use("ganforge.runtime.labels:PartlyLabelled")
        share = "" if field.labelled_share is None else f", {literal(field.labelled_share)}"
        arguments = f"{literal(name)}, {field.classes}, {field.labelled}{share}"
        opened = f"{partly}({opened}, {arguments})"
    return opened


def _noise(field: ClassField, table: CorruptTable, imports: Imports) -> str:
    """The function that makes labels noisy, all but labels and chance given."""
    partial = imports.use("functools.partial")
    if table.kind == "matrix":
        function = imports.use("ganforge.runtime.labels:drawn")
        transition = imports.matrix(Matrix("TRANSITION", tuple(table.rows)))
        return f"{partial}({function}, {transition=!s})"
    if table.kind == "symmetric":
        function = imports.use("ganforge.runtime.labels:redrawn")
        return f"{partial}({function}, classes={field.classes}, rate={literal(table.rate)})"
    function = imports.use("ganforge.runtime.labels:exchanged")
    pairs = literal([tuple(pair) for pair in table.pairs])
    return f"{partial}({function}, {pairs=!s}, rate={literal(table.rate)})"


def _cropped(data: Data) -> bool:
    load = data.table.load_size
    return load is not None and any(size != load for size in data.sizes.values())


def _called(data: Data, source: DataSource, given: str, imports: Imports) -> str:
    """The calls of a source's functions for the fields that are given."""
    functions = [_function(data, source), *_readers(data, source)]
    options = {"count": data.table.count} if source.endless else {}
    if source.name == data.source.name:
        known = type(data.options).model_fields
        chosen = {name: getattr(data.options, name) for name in known}
        options |= {k: v for k, v in chosen.items() if v != known[k].default}
    arguments = "".join(f", {k}={literal(v)}" for k, v in options.items())
    opened, *more = [f"{imports.use(f)}(path, {given}{arguments})" for f in functions]
    for read in more:
        opened = f"{imports.use('ganforge.runtime.joined:joined')}({opened}, {read})"
    return opened


def _readers(data: Data, source: DataSource) -> list[str]:
    """The functions that read further fields beside the images."""
    asked = (source.reads[f.kind] for f in data.fields.values() if f.kind in source.reads)
    return list(dict.fromkeys(asked))


def _function(data: Data, source: DataSource) -> str:
    if data.table.tiles and source.open_tiles:
        return source.open_tiles
    own = [field for field in data.fields.values() if field.kind in source.kinds]
    named = any(field.source for field in own) or len(data.images) > 1
    if named and source.open_named:
        return source.open_named
    classes = any(isinstance(field, ClassField) for field in data.fields.values())
    return source.open_classes if classes and source.open_classes else source.open


def reader(data: Data, imports: Imports) -> str:
    """The function that reads a batch: the runtime's, or `read_batch` where images are altered."""
    return "read_batch" if _alterations(data) else imports.use("ganforge.runtime.data:next_batch")


def reading_function(data: Data, imports: Imports) -> list[Function]:
    """`read_batch(state, data, count)`, if images are cropped at random, flipped or dequantized."""
    alterations = _alterations(data)
    if not alterations:
        return []
    read = imports.use("ganforge.runtime.data:next_batch")
    lines = [f"real = {read}(state, data, count)"]
    for names in [[name] for name in data.images] if data.domains else [data.images]:
        for function in alterations:
            size = f", {literal(data.sizes[names[0]])}" if function == "random_crop" else ""
            called = imports.use(f"ganforge.runtime.crops:{function}")
            lines.append(f"real |= {called}(real, {literal(names)}{size}, state.noise)")
    alike = ", each image on its own" if data.domains else ", all images alike"
    done = " and ".join(SAID[function] for function in alterations)
    summary = f"The next real samples, {done}{alike if len(data.images) > 1 else ''}."
    arguments = ["state: State", "data: Data", "count: int"]
    return [
        Function("read_batch", arguments, "dict[str, Tensor]", summary, [*lines, "return real"])
    ]


def _alterations(data: Data) -> list[str]:
    """The functions that alter a batch at random, in order."""
    table = data.table
    crops = _cropped(data) and table.crop == "random"
    asked = {"random_crop": crops, "random_flip": table.flip, "dequantized": table.dequantize}
    return [function for function, wanted in asked.items() if wanted and data.images]


def source_help(sources: list[DataSource]) -> str:
    """How `--data` names the sources of a program."""
    said = [f"`{s.name}:PATH`" if s.takes_path else f"`{s.name}`" for s in sources]
    return " or ".join(said)
