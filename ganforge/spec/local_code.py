"""`[plugins]`: files beside a spec that hold blocks and losses of its own.

A spec is data: whoever checks one that came from elsewhere must be able to trust that nothing of it
runs. So these files run only where the user says so.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from pydantic import Field

from ganforge.document import Document
from ganforge.document import Path as Place
from ganforge.formula.evaluate import Scope
from ganforge.plugins.manager import GROUP
from ganforge.plugins.params import Params
from ganforge.plugins.registry import Registry, load_registry
from ganforge.plugins.selection import canonical, selection, using
from ganforge.spec.findings import Findings
from ganforge.spec.validate import read

ALLOW = "`--allow-local-code`, or in Python `allow_local_code=True`"


class PluginsTable(Params):
    """`[plugins]`: where a spec has code of its own."""

    local: list[str] = Field(default=[], max_length=100)


def with_local_code(document: Document, registry: Registry, findings: Findings) -> Registry:
    """The registry, with what the spec's own files give.

    GF812 where they may not run, GF813 where they do not load, GF121 where they are not there.
    """
    files = _files(document, findings)
    if not files or findings.errors:
        return registry
    if not selection().local:
        for place, file in files.items():
            message = f"`{file}` is code, and no code that a spec names runs unasked"
            findings.add("GF812", place, message, f"read it; if you trust it, add {ALLOW}")
        return registry
    for place, file in files.items():
        _check_module(place, file, findings)
    return registry if findings.errors else _loaded(files, findings)


def local_files(document: Document) -> list[Path]:
    """The files of a spec's own code."""
    return list(_files(document, Findings(document)).values())


def _files(document: Document, findings: Findings) -> dict[Place, Path]:
    """The files by the place that names each; a path starts from the file that names it."""
    value = document.values.get("plugins")
    if value is None:
        return {}
    table = read(PluginsTable, value, ("plugins",), Scope(), findings, table="plugins")
    files: dict[Place, Path] = {}
    for k, name in enumerate(table.local if table else ()):
        place = ("plugins", "local", k)
        span = document.span(place)
        files[place] = Path(span.file if span else "").parent / name
    return files


def _check_module(place: Place, file: Path, findings: Findings) -> None:
    """Whether a file can be imported as a module of its own."""
    if not file.is_file():
        findings.add("GF121", place, f"`{file}` cannot be read", "a path starts from the spec")
    elif file.suffix != ".py" or not file.stem.isidentifier():
        message = f"`{file.name}` is no name of a module"
        findings.add("GF813", place, message, "name it such as `my_blocks.py`")
    elif _is_taken(file):
        message = f"another module is named `{file.stem}`"
        findings.add("GF813", place, message, "rename the file")


def _is_taken(file: Path) -> bool:
    loaded = sys.modules.get(file.stem)
    found = loaded.__spec__ if loaded else importlib.util.find_spec(file.stem)
    if found is None or (found.origin and Path(found.origin) == file.resolve()):
        return False
    origin = Path(found.origin or "")
    return not origin.is_file() or origin.read_bytes() != file.read_bytes()  # a run has a copy


def _loaded(files: dict[Place, Path], findings: Findings) -> Registry:
    points = []
    for file in files.values():
        folder = str(file.resolve().parent)
        if folder not in sys.path:
            sys.path.append(folder)  # behind all that is installed, which it cannot hide
        points.append(EntryPoint(file.stem, file.stem, GROUP))
    now = selection()
    if now.allowed is not None:
        now = replace(now, allowed=now.allowed | {canonical(p.name) for p in points})
    with using(now):
        registry = load_registry([*entry_points(group=GROUP), *points])
    for place, file in files.items():
        for absent in registry.absences:
            if absent.owner.distribution == file.stem:
                findings.add("GF813", place, f"`{file}` {absent.reason}", absent.help)
        for key, found in registry.hidden.items():
            if registry.owners[key].distribution == file.stem:
                findings.add("GF802", place, found.message, "give it another name")
    return registry
