"""What a plugin that did not load would give: the names in its source, which is read, never run."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from itertools import islice
from pathlib import Path

from ganforge.plugins.kinds import KINDS, Kind

_MOST_FILES, _MOST_BYTES = 500, 1_000_000
"""More files, and larger ones, are not looked at: declarations are small."""
_INTERFACE = "GANFORGE_INTERFACE"


def promised_names(point: EntryPoint) -> frozenset[tuple[str, str]]:
    """Kind and name of every declaration that stands in the source with its name as a literal."""
    return frozenset(found for tree in _trees(point) for found in _declared(tree))


def stated_interface(point: EntryPoint) -> int | None:
    """The version of the interface that the plugin's source states; None where it states none."""
    for file in _module_files(point):
        tree = _parsed(file)
        for node in tree.body if tree else ():
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int(stated))):
                    if name == _INTERFACE:
                        return stated
    return None


def source_files(point: EntryPoint) -> list[Path]:
    """The Python files of the plugin's package, and those that its distribution lists."""
    found = dict.fromkeys(_package_files(point))
    for file in (point.dist.files if point.dist else None) or ():
        if file.suffix == ".py":
            found[Path(str(file.locate()))] = None
    return [file for file in islice(found, _MOST_FILES) if file.is_file()]


def _module_files(point: EntryPoint) -> list[Path]:
    """The file of the module that the entry point names, if it is found."""
    parts = point.value.partition(":")[0].strip().split(".")
    ends = ("/".join(parts) + ".py", "/".join(parts) + "/__init__.py")
    return [file for file in source_files(point) if file.as_posix().endswith(ends)]


def _package_files(point: EntryPoint) -> Iterator[Path]:
    top = re.split(r"[.:\s]", point.value.strip(), maxsplit=1)[0]
    try:
        spec = importlib.util.find_spec(top)  # of a top-level name, this imports nothing of it
    except (ImportError, ValueError, AttributeError):
        return
    if spec is None:
        return
    if spec.submodule_search_locations is None:
        yield Path(spec.origin or "")
    for folder in spec.submodule_search_locations or ():
        yield from sorted(Path(folder).rglob("*.py"))


def _trees(point: EntryPoint) -> Iterator[ast.Module]:
    for file in source_files(point):
        tree = _parsed(file)
        if tree is not None:
            yield tree


def _parsed(file: Path) -> ast.Module | None:
    try:
        if file.stat().st_size > _MOST_BYTES:
            return None
        return ast.parse(file.read_text("utf-8"))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _declared(tree: ast.Module) -> Iterator[tuple[str, str]]:
    kinds = {kind.declaration: kind for kind in KINDS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            name = _literal_name(node)
            if called in kinds and name is not None and _fits(kinds[called], name):
                yield kinds[called].noun, name
            elif called == "Rule" and name is not None:
                yield "rule", name


def _fits(kind: Kind, name: str) -> bool:
    return kind.pattern.fullmatch(name) is not None


def _literal_name(node: ast.Call) -> str | None:
    """The first argument, or the one that is called `name` or `code`, if it is a string."""
    named = [k.value for k in node.keywords if k.arg in ("name", "code")]
    for value in (*node.args[:1], *named):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return None
