"""`[data]`: the source with its options, and the fields."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.formula.evaluate import Scope, shown
from ganforge.plugins.declarations import DataSource
from ganforge.plugins.registry import Registry
from ganforge.spec.fields import AttributesField, VectorField
from ganforge.spec.findings import Findings
from ganforge.spec.label_noise import check_classes, with_matrix
from ganforge.spec.models import AnyField, ClassField, Data, DataTable, ImageField
from ganforge.spec.names import check_name
from ganforge.spec.validate import chosen, read

KINDS: Mapping[str, type[AnyField]] = {
    "image": ImageField,
    "class": ClassField,
    "attributes": AttributesField,
    "vector": VectorField,
}


OF_KIND = {
    "image": "images",
    "class": "classes",
    "attributes": "attributes",
    "vector": "vectors",
}


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
    known = ("source", "fields", *DataTable.model_fields)
    own = {key: value for key, value in table.items() if key not in known}
    place = ("data",)
    options = read(source.params, own, place, scope, findings, table="data", extra_keys=known)
    common = {key: table[key] for key in DataTable.model_fields if key in table}
    shared = read(DataTable, common, place, scope, findings)
    if options is None or shared is None:
        return None
    data = Data(source, options, shared, fields)
    _check_source(data, findings)
    _check_crops(data, findings)
    _check_tiles(data, findings)
    _check_labels(data, findings)
    return data


def _check_source(data: Data, findings: Findings) -> None:
    """Whether the source yields what the fields ask for, as far as its declaration tells."""
    for name, field in data.fields.items():
        if unread := unreadable(data.source, field):
            below, message, help = unread
            findings.add("GF110", ("data", "fields", name, *below), message, help)
    if problem := too_many_images(data.source, data.images):
        findings.add("GF110", ("data", "source"), *problem)
    elif beside := beside_several(data):
        name, *told = beside
        findings.add("GF115", ("data", "fields", name), *told)


def _check_crops(data: Data, findings: Findings) -> None:
    """Whether the images that are read are large enough to crop what the fields ask for."""
    load, random = data.table.load_size, data.table.crop == "random"
    if load is None:
        if random:
            message = "images are cropped at random out of larger ones: `load_size` must be given"
            findings.add("GF111", ("data", "crop"), message, "write `load_size = 72`, or more")
        return
    for name, size in data.sizes.items():
        if size[0] > load[0] or size[1] > load[1]:
            message = f"no part of {size[0]} x {size[1]}, the size of `{name}`, can be cut out of "
            message += f"images of {load[0]} x {load[1]}"
            help = f"write `load_size = {max(map(max, data.sizes.values()))}`, or more"
            findings.add("GF115", ("data", "load_size"), message, help)
            return
    if random and not data.domains and len(set(data.sizes.values())) > 1:
        message = "pairs are cropped alike, and these images differ in size"
        help = "give them one size, and resize in `[flow]`"
        findings.add("GF115", ("data", "crop"), message, help)


def _check_tiles(data: Data, findings: Findings) -> None:
    """Whether samples are one image each, which alone can be cut into tiles."""
    if not data.table.tiles:
        return
    named = next((name for name in data.images if data.fields[name].source is not None), None)
    beside = [name for name in data.fields if name not in data.images[:1]]
    if named or beside:
        message = "tiles are cut out of one image a sample, which nothing stands beside"
        message += f", and there is `{beside[0]}`" if beside else f", and `{named}` has `from`"
        findings.add("GF115", ("data", "tiles"), message, "remove `tiles`, or what is beside it")


def _check_labels(data: Data, findings: Findings) -> None:
    """Whether the labels can be hidden and made noisy as the fields ask."""
    shares = []
    for name, field in data.fields.items():
        if not isinstance(field, ClassField):
            continue
        path = ("data", "fields", name)
        check_classes(field.corrupt, field.classes, (*path, "corrupt"), findings)
        altered = "labelled" if field.labelled is not None else "corrupt" if field.corrupt else None
        if altered and data.domains:
            message = f"`{altered}` is about samples of one data set, and these are domains"
            findings.add("GF115", (*path, altered), message, f"remove `{altered}`")
        if field.labelled_share is not None:
            shares.append(path)
            if field.labelled is None:
                message = "`labelled_share` needs `labelled`: how many samples carry a label"
                help = "write `labelled = 1000`, or remove `labelled_share`"
                findings.add("GF111", (*path, "labelled_share"), message, help)
    for path in shares[1:]:
        message = "a batch is divided by the labels of one field"
        help = "leave `labelled_share` to one of them"
        findings.add("GF115", (*path, "labelled_share"), message, help)


def unreadable(source: DataSource, field: AnyField) -> tuple[Path, str, str] | None:
    """What of a field a source does not give: where it asks for it, a message, a remedy."""
    if field.kind not in (*source.kinds, *source.reads):
        message = f"the source `{source.name}` gives no {OF_KIND[field.kind]}"
        return ("kind",), message, "remove the field, or use a source that gives them"
    if isinstance(field, AttributesField) and source.attributes:
        known = source.attributes
        for k, name in enumerate(field.names):
            if name not in known:
                message = f"the source `{source.name}` has no attribute `{name}`"
                return ("names", k), message, did_you_mean(name, known)
        if field.size > len(known):
            message = f"the source `{source.name}` has {len(known)} attributes, not {field.size}"
            return ("size",), message, f"they are {', '.join(f'`{name}`' for name in known)}"
    if field.source is None:
        return None
    if not source.open_named and field.kind not in source.reads:
        message = f"`from` cannot choose: the source `{source.name}` gives fields by their kind"
        help = "remove `from`, or use a source that holds them by name, such as `folder`"
        return ("from",), message, help
    known = source.names.get(field.kind, ())
    if known and field.source not in known:
        message = f"the source `{source.name}` has no {field.kind} `{field.source}`"
        return ("from",), message, did_you_mean(field.source, known)
    if isinstance(field, VectorField) and field.size > source.lengths.get(field.source, inf):
        most = source.lengths[field.source]
        message = f"`{field.source}` of the source `{source.name}` has {most} values"
        return ("size",), f"{message}, not {field.size}", f"write `size = {most}` or less"
    return None


def beside_several(data: Data) -> tuple[str, str, str] | None:
    """A field that is read beside one image a sample, where there are several or it is named."""
    named = [n for n in data.images if data.fields[n].source is not None]
    for name, field in data.fields.items():
        if field.kind in data.source.reads and (named or len(data.images) > 1):
            message = f"`{name}` is read beside one image a sample, which has no `from`"
            return name, message, "leave the other images, or `from`, out"
    return None


def too_many_images(source: DataSource, images: list[str]) -> tuple[str, str] | None:
    """What is wrong where a source of one image a sample is asked for more, and a remedy."""
    if source.open_named or len(images) < 2:
        return None
    asked = ", ".join(f"`{name}`" for name in images)
    message = f"the source `{source.name}` gives one image a sample, and {len(images)} are asked"
    return f"{message} for: {asked}", "use `folder` or `shapes`, or leave the others out"


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


def _fields(table: Any, scope: Scope, findings: Findings) -> dict[str, AnyField]:
    fields: dict[str, AnyField] = {}
    if not isinstance(table, dict):
        help = 'write `[data.fields]` and below it `x = { kind = "image", size = 64 }`'
        findings.add("GF114", ("data", "fields"), "`fields` must be a table", help)
        return fields
    for name, value in table.items():
        path = ("data", "fields", name)
        if not check_name(name, path, findings):
            continue
        field = _field(value, path, scope, findings)
        if field is not None:
            fields[name] = field
    return fields


def _field(value: object, path: Path, scope: Scope, findings: Findings) -> AnyField | None:
    if not isinstance(value, dict):
        help = f'write `{path[-1]} = {{ kind = "image", size = 64 }}`'
        findings.add("GF114", path, f"`{path[-1]}` must be a table, not {shown(value)}", help)
        return None
    kind = chosen(value, "kind", KINDS, path, findings)
    field = read(KINDS[kind], value, path, scope, findings, table="data.fields") if kind else None
    if isinstance(field, ClassField):
        noise = with_matrix(field.corrupt, (*path, "corrupt"), findings)
        return field.model_copy(update={"corrupt": noise})
    return field
