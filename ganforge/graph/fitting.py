"""Which size of images fits, where the author's does not fit what he extends."""

from __future__ import annotations

import copy
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Severity
from ganforge.document import Document, Path
from ganforge.graph.staging import build_graph
from ganforge.plugins.registry import Registry
from ganforge.spec import build_spec
from ganforge.spec.findings import SIZES, lookup


def with_sizes(
    found: tuple[Diagnostic, ...], document: Document, registry: Registry
) -> tuple[Diagnostic, ...]:
    """The findings; those at a size of the author's say which powers of two next to it compile."""
    return tuple(_with_size(finding, document, registry) for finding in found)


def _with_size(finding: Diagnostic, document: Document, registry: Registry) -> Diagnostic:
    paths = _sizes_at(finding, document)
    if finding.code not in SIZES or not paths:
        return finding
    size = lookup(document, paths[0])
    low = 1 << (size.bit_length() - 1)
    fit = [n for n in (low, 2 * low) if n != size and _compiles(document, registry, paths, n)]
    if not fit:
        return finding
    help = f"write `size = {fit[0]}`" + "".join(f" or `{n}`" for n in fit[1:])
    return replace(finding, help=help.replace("`size", f"`{paths[0][-1]}"))


def _sizes_at(finding: Diagnostic, document: Document) -> list[Path]:
    """The numbers to change: the param at a finding, or the sizes of the image fields that are as
    large as the one there.
    """
    if finding.span is None or document.distance(finding.span) > 0:
        return []
    for path in _numbers(document):
        if path[0] == "params" and document.span(path) == finding.span:
            return [path]
        if path[0] == "data" and document.span(path[:-1]) == finding.span:
            size = lookup(document, path)
            return [
                path,
                *(
                    p
                    for p in _numbers(document)
                    if p[0] == "data" and p != path and lookup(document, p) == size
                ),
            ]
    return []


def _numbers(document: Document) -> Iterator[Path]:
    """Where whole numbers stand that may be sizes of images."""
    params = lookup(document, ("params",))
    fields = lookup(document, ("data", "fields"))
    paths: list[Path] = [("params", name) for name in params] if isinstance(params, dict) else []
    if isinstance(fields, dict):
        paths += [("data", "fields", name, "size") for name in fields]
    for path in paths:
        value = lookup(document, path)
        if isinstance(value, int) and not isinstance(value, bool) and value > 1:
            yield path


def _compiles(document: Document, registry: Registry, paths: list[Path], size: int) -> bool:
    values: Any = copy.deepcopy(document.values)
    for path in paths:
        table: MutableMapping[str | int, Any] = values
        for step in path[:-1]:
            table = table[step]
        table[path[-1]] = size
    spec, found = build_spec(replace(document, values=values), registry)
    _, more = build_graph(spec, registry)
    return not any(d.severity is Severity.ERROR for d in (*found, *more))
