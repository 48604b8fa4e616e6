"""`[data]`: the source with its options, and the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.formula.evaluate import Scope
from ganforge.plugins.declarations import DataSource
from ganforge.plugins.params import Params, Positive
from ganforge.plugins.registry import Registry
from ganforge.spec.models import ClassField, Data, ImageField
from ganforge.spec.names import check_name
from ganforge.spec.validate import Findings, read

KINDS: Mapping[str, type[ImageField] | type[ClassField]] = {
    "image": ImageField,
    "class": ClassField,
}
PLANNED_KINDS = ("attributes", "vector")
DEFAULT_COUNT = 50_000


class Count(Params):
    """How many samples an endless source makes."""

    count: Positive = DEFAULT_COUNT


def read_data(
    table: Mapping[str, Any], scope: Scope, registry: Registry, findings: Findings
) -> Data | None:
    """The data a spec asks for; None where its source is unknown."""
    fields = _fields(table.get("fields", {}), scope, findings)
    source = _source(table, registry, findings)
    if source is None:
        return None
    own = {key: value for key, value in table.items() if key not in ("source", "fields", "count")}
    options = read(
        source.params,
        own,
        ("data",),
        scope,
        findings,
        table="data",
        extra_keys=("source", "fields", "count"),
    )
    count = {key: table[key] for key in ("count",) if key in table}
    counted = read(Count, count, ("data",), scope, findings)
    if options is None or counted is None:
        return None
    return Data(source, options, fields, counted.count)


def _source(table: Mapping[str, Any], registry: Registry, findings: Findings) -> DataSource | None:
    name = table.get("source")
    if not isinstance(name, str):
        if table:
            findings.add("GF111", ("data",), "`[data]` needs `source`", 'write `source = "shapes"`')
        return None
    if name not in registry.sources:
        findings.missing(registry.missing("data source", name), ("data", "source"))
        return None
    return registry.sources[name]


def _fields(table: Any, scope: Scope, findings: Findings) -> dict[str, ImageField | ClassField]:
    fields: dict[str, ImageField | ClassField] = {}
    if not isinstance(table, dict):
        findings.add("GF114", ("data", "fields"), "`fields` must be a table")
        return fields
    for name, value in table.items():
        path = ("data", "fields", name)
        if not check_name(name, path, findings):
            continue
        kind = value.get("kind") if isinstance(value, dict) else None
        if kind in PLANNED_KINDS:
            message = f"fields of kind `{kind}` are part of the language, but this version does not build them"
            findings.add("GF117", (*path, "kind"), message, "use `image` and `class` fields")
        elif kind not in KINDS:
            help = f"kinds: {', '.join(KINDS)}"
            findings.add("GF110", (*path, "kind"), f"the field `{name}` needs a known `kind`", help)
        else:
            field = read(KINDS[kind], value, path, scope, findings, table="data.fields")
            if field is not None:
                fields[name] = field
    return fields
