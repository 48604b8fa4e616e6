"""What a plugin that did not load would give: the names in its source, which is read, never run."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from itertools import islice
from pathlib import Path

from ganforge.plugins.kinds import KINDS, Kind

_MOST_FILES, _MOST_BYTES = 500, 1_000_000
"""More files, and larger ones, are not looked at: declarations are small."""
_INTERFACE = "GANFORGE_INTERFACE"
_QUOTED = re.compile(r"""(["'])([A-Za-z][A-Za-z0-9-]{0,63})\1""")
_DECLARATIONS = {kind.declaration: kind for kind in KINDS}
_CALLED = re.compile(
    rf"""\b({"|".join(_DECLARATIONS)})\(\s*(?:name\s*=\s*)?(["'])([A-Za-z][A-Za-z0-9-]*)\2"""
)
"""A declaration with its name, in a text that is no Python as it stands."""


@dataclass(frozen=True, slots=True)
class Promised:
    """What a plugin's source tells of what it gives.

    names: kind and name of every declaration whose name is a literal. words: all short texts in
    quotes, in one of which a name may stand that is put together elsewhere. partly: whether it may
    give what neither tells: names that are computed, files that are no Python, no source at all.
    """

    names: frozenset[tuple[str, str]]
    words: frozenset[str]
    partly: bool


def promised_by(point: EntryPoint) -> Promised:
    """What the source of a plugin tells, read and never run."""
    names: set[tuple[str, str]] = set()
    words: set[str] = set()
    texts = [_text(file) for file in source_files(point)]
    partly = not texts
    for text in texts:
        tree = _parsed(text)
        found = list(_declared(tree) if tree else _seen(text or ""))
        names.update((noun, name) for noun, name in found if name is not None)
        partly = partly or tree is None or any(name is None for _, name in found)
        words.update(word for _, word in _QUOTED.findall(text or ""))
    return Promised(frozenset(names), frozenset(words), partly)


def stated_interface(point: EntryPoint) -> int | None:
    """The version of the interface that the plugin's source states; None where it states none."""
    for file in _module_files(point):
        tree = _parsed(_text(file))
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


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8") if file.stat().st_size <= _MOST_BYTES else None
    except (OSError, ValueError):
        return None


def _parsed(text: str | None) -> ast.Module | None:
    try:
        return ast.parse(text) if text is not None else None
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _declared(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    """Kind and name of each declaration; None for a name that is computed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            name = _literal_name(node)
            kind = _DECLARATIONS.get(called or "")
            if kind is not None and (name is None or _fits(kind, name)):
                # The code of a rule stands in its `Rule`.
                if name is not None or kind.noun != "rule":
                    yield kind.noun, name
            elif called == "Rule" and name is not None:
                yield "rule", name


def _seen(text: str) -> Iterator[tuple[str, str]]:
    """As `_declared`, of a text that cannot be parsed."""
    for called, _, name in _CALLED.findall(text):
        if _fits(_DECLARATIONS[called], name):
            yield _DECLARATIONS[called].noun, name


def _fits(kind: Kind, name: str) -> bool:
    return kind.pattern.fullmatch(name) is not None


def _literal_name(node: ast.Call) -> str | None:
    """The first argument, or the one that is called `name` or `code`, if it is a string."""
    named = [k.value for k in node.keywords if k.arg in ("name", "code")]
    for value in (*node.args[:1], *named):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return None
