"""Modules as text: found and parsed without importing them or the packages they live in."""

from __future__ import annotations

import ast
import importlib.machinery
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path


class InlineError(Exception):
    """A module's source cannot be inlined: the message names it and says why."""


Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Module:
    """The top level of a module: definitions and imports by the name they bind."""

    name: str
    text: str
    definitions: dict[str, Definition] = field(default_factory=dict)
    imports: dict[str, ast.Import | ast.ImportFrom] = field(default_factory=dict)
    licence: str = ""

    def source(self, name: str) -> str:
        """The text of a definition, decorators and the comment right above included."""
        node = self.definitions[name]
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        lines = self.text.splitlines()
        while (
            start > 1 and lines[start - 2].startswith("#") and lines[start - 2] not in self.licence
        ):
            start -= 1
        return "\n".join(lines[start - 1 : node.end_lineno])


SCRIPTS_IMPORT = frozenset({"torch", "numpy", "PIL", *sys.stdlib_module_names})


def is_inlined(package: str, libraries: Collection[str]) -> bool:
    """Whether the source of a package stands in a script; else the script imports it.

    libraries: what plugins say that they require. Raises `InlineError` for a package that is
    neither a plugin's own nor declared.
    """
    if package in SCRIPTS_IMPORT or package in libraries:
        return False
    points = entry_points(group="ganforge")
    if package == "ganforge" or package in {point.module.split(".")[0] for point in points}:
        return True
    givers = packages_distributions().get(package, [])  # none: it lies in a folder on the path
    if not givers or {point.dist.name for point in points if point.dist} & set(givers):
        return True
    raise InlineError(
        f"`{package}` belongs to no plugin; if scripts shall import it, the plugin that uses it "
        f'declares `requires=("{package}",)`'
    )


def find_module(name: str) -> Path:
    """The file of a module. Only the path is searched: nothing is imported."""
    folders: list[str] | None = None
    for part in name.split("."):
        spec = importlib.machinery.PathFinder.find_spec(part, folders)
        if spec is None:
            raise InlineError(f"the module `{name}` is not installed")
        folders = list(spec.submodule_search_locations or ())
        origin = spec.origin
    if origin is None or not origin.endswith(".py"):
        raise InlineError(f"the module `{name}` has no Python source to inline")
    return Path(origin)


def read_module(name: str) -> Module:
    """The module's top level. Raises `InlineError` for what a script cannot take over."""
    text = find_module(name).read_text(encoding="utf-8")
    module = Module(name, text, licence=_licence(text))
    for node in ast.parse(text).body:
        _enter(module, node)
    return module


def _enter(module: Module, node: ast.stmt) -> None:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            module.definitions[node.name] = node
        case ast.Assign(targets=[ast.Name() | ast.Tuple() as target]):
            for name in names_in(target):
                module.definitions[name] = node
        case ast.AnnAssign(target=ast.Name(id=name)):
            module.definitions[name] = node
        case ast.ImportFrom(level=level) if level:
            raise InlineError(f"`{module.name}` imports relatively: write the whole name")
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                if alias.name == "*":
                    raise InlineError(f"`{module.name}` imports a star: name what it needs")
                module.imports[alias.asname or alias.name.split(".")[0]] = node


def _licence(text: str) -> str:
    """The comment lines at the head of a file that state its licence."""
    head = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        head.append(line)
    comment = "\n".join(head)
    return comment if any(w in comment.lower() for w in ("licen", "copyright", "spdx")) else ""


def names_in(node: ast.AST) -> set[str]:
    """Every name that a definition mentions, annotations in quotes included."""
    names: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            names.add(inner.id)
    return names
