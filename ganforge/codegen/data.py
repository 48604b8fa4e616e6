"""How a program opens its data: what it asks of the source, and the call that opens it."""

from __future__ import annotations

from typing import Any

from ganforge.codegen.expressions import literal
from ganforge.codegen.names import Imports
from ganforge.graph.graph import Graph
from ganforge.plugins.declarations import DataSource
from ganforge.plugins.registry import Registry
from ganforge.spec.models import ClassField, Data, ImageField


def data_of(graph: Graph) -> Data:
    """The data of a sound spec."""
    assert graph.spec.data is not None
    return graph.spec.data


def field_table(data: Data) -> dict[str, dict[str, Any]]:
    """The program's `FIELDS`: what each field is, and which domain it is of."""
    table: dict[str, dict[str, Any]] = {}
    domain = -1
    for name, field in data.fields.items():
        about = _about(field)
        if field.source:
            about["from"] = field.source
        if data.domains:  # a class is that of the image before it
            domain += isinstance(field, ImageField)
            about["domain"] = max(0, domain)
        table[name] = about
    return table


def _about(field: ImageField | ClassField) -> dict[str, Any]:
    if isinstance(field, ClassField):
        return {"kind": "class", "classes": field.classes}
    return {"kind": "image", "channels": field.channels, "size": tuple(field.size)}


def usable_sources(data: Data, registry: Registry, given: str | None) -> list[DataSource]:
    """The source in use, and a folder of images beside it, which every researcher has."""
    name = given.partition(":")[0] if given else data.source.name
    names = dict.fromkeys([name, "folder"])
    return [registry.sources[n] for n in names if n in registry.sources]


def opening(data: Data, source: DataSource, imports: Imports) -> str:
    """The expression that opens a source at `path`."""
    function = imports.use(_function(data, source))
    options = {"count": data.table.count} if source.endless else {}
    if source.name == data.source.name:
        fields = type(data.options).model_fields
        given = {k: getattr(data.options, k) for k in fields}
        options |= {k: v for k, v in given.items() if v != fields[k].default}
    arguments = "".join(f", {k}={literal(v)}" for k, v in options.items())
    if not data.domains:
        return f"{function}(path, FIELDS{arguments})"
    domains = imports.use("ganforge.runtime.domains:Domains")
    parts = imports.use("ganforge.runtime.domains:by_domain")
    return f"{domains}([{function}(path, part{arguments}) for part in {parts}(FIELDS)])"


def _function(data: Data, source: DataSource) -> str:
    named = any(field.source for field in data.fields.values()) or len(data.images) > 1
    if named and source.open_named:
        return source.open_named
    classes = any(isinstance(field, ClassField) for field in data.fields.values())
    return source.open_classes if classes and source.open_classes else source.open


def source_help(sources: list[DataSource]) -> str:
    """How `--data` names the sources of a program."""
    said = [f"`{s.name}:PATH`" if s.takes_path else f"`{s.name}`" for s in sources]
    return " or ".join(said)
