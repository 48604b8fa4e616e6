"""`[data]`: the source with its options, and the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.document import Path
from ganforge.formula.evaluate import Scope, shown
from ganforge.plugins.declarations import DataSource
from ganforge.plugins.params import Params, Positive
from ganforge.plugins.registry import Registry
from ganforge.spec.models import ClassField, Data, ImageField
from ganforge.spec.names import check_name
from ganforge.spec.planned import FIELD_KINDS, refuse
from ganforge.spec.validate import Findings, chosen, read

KINDS: Mapping[str, type[ImageField] | type[ClassField]] = {
    "image": ImageField,
    "class": ClassField,
}
DEFAULT_COUNT = 50_000


class Count(Params):
    """How many samples an endless source makes."""

    count: Positive = DEFAULT_COUNT


def read_data(
    table: Mapping[str, Any], scope: Scope, registry: Registry, findings: Findings
) -> Data | None:
    """The data a spec asks for; None where its source is unknown."""
    if table and table.get("fields", {}) == {}:
        help = 'write `[data.fields]` and `x = { kind = "image", channels = 3, size = 64 }`'
        findings.add("GF116", ("data",), "`[data]` has no fields", help)
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
        if "source" in table:
            message = f"`source` must be a word in quotes, not {shown(name)}"
            findings.add("GF114", ("data", "source"), message, 'write `source = "shapes"`')
        elif table:
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
        field = _field(value, path, scope, findings)
        if field is not None:
            fields[name] = field
    return fields


def _field(
    value: object, path: Path, scope: Scope, findings: Findings
) -> ImageField | ClassField | None:
    if not isinstance(value, dict):
        help = f'write `{path[-1]} = {{ kind = "image", size = 64 }}`'
        findings.add("GF114", path, f"`{path[-1]}` must be a table, not {shown(value)}", help)
        return None
    if value.get("kind") in tuple(FIELD_KINDS):
        what = f"fields of kind `{value['kind']}`"
        refuse(findings, (*path, "kind"), what, plural=True)
        return None
    kind = chosen(value, "kind", KINDS, path, findings)
    return read(KINDS[kind], value, path, scope, findings, table="data.fields") if kind else None
