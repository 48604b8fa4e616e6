"""The standalone script: the program, with the source of what it imports in place of the imports.

A walk over syntax trees follows every `from ganforge... import name` (and those of the plugins that
the program uses) to the definition, and from there to what that definition names. Imports of other
packages are kept, merged and pruned.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Collection
from dataclasses import dataclass, field

from ganforge.codegen.expressions import literal
from ganforge.codegen.formatting import formatted
from ganforge.codegen.program import Program, docstring
from ganforge.codegen.sources import InlineError, Module, is_inlined, names_in, read_module

Key = tuple[str, str]
MAIN = ("ganforge.runtime.main", "main")
RUNTIME = "ganforge.runtime"
TOOLS = ("averages", "latents", "live", "players", "schedules", "stages")
"""Modules of the runtime that belong to the mathematics of a GAN, and stand before it."""
SECTION = "# The rest is the same for every GAN: data, checkpoints, metrics, command line."


@dataclass
class _Walk:
    """What the script needs: definitions by module and name, in the order they must stand."""

    libraries: frozenset[str]
    own: dict[str, bool] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    order: list[Key] = field(default_factory=list)
    seen: set[Key] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)

    def module(self, name: str) -> Module:
        if name not in self.modules:
            self.modules[name] = read_module(name)
        return self.modules[name]

    def is_own(self, module: str) -> bool:
        """Whether a module's source is taken over. Raises `InlineError` where nobody says so."""
        package = module.split(".")[0]
        if package not in self.own:
            self.own[package] = is_inlined(package, self.libraries)
        return self.own[package]

    def reach(self, key: Key) -> None:
        """Adds a definition after all that it names. Iterative: chains of helpers may be long."""
        stack: list[tuple[Key, bool]] = [(key, False)]
        while stack:
            current, done = stack.pop()
            if done:
                self.order.append(current)
            elif current not in self.seen:
                self.seen.add(current)
                stack.append((current, True))
                stack.extend((k, False) for k in reversed(self._needs(current)))

    def _needs(self, key: Key) -> list[Key]:
        module = self.module(key[0])
        node = module.definitions.get(key[1])
        if node is None:
            raise InlineError(f"`{key[0]}` does not define `{key[1]}` at its top level")
        needs = []
        for name in sorted(names_in(node)):
            if name in module.definitions and name != key[1]:
                needs.append((key[0], name))
            elif name in module.imports:
                found = self.follow(name, module.imports[name])
                needs.extend([found] if found else [])
        return needs

    def follow(self, name: str, node: ast.Import | ast.ImportFrom) -> Key | None:
        """The definition that an import of ours names; an import of another package is noted."""
        alias = next(a for a in node.names if (a.asname or a.name.split(".")[0]) == name)
        if isinstance(node, ast.Import) and self.is_own(alias.name):
            raise InlineError(f"`import {alias.name}`: write `from {alias.name} import NAME`")
        if isinstance(node, ast.ImportFrom) and self.is_own(_module(node)):
            if alias.asname:
                raise InlineError(
                    f"`{node.module}` is imported under another name: `{alias.asname}`"
                )
            return (_module(node), alias.name)
        written = alias.name + (f" as {alias.asname}" if alias.asname else "")
        self.imports.add(
            f"import {written}"
            if isinstance(node, ast.Import)
            else f"from {node.module} import {written}"
        )
        return None


def standalone(program: Program, command: str) -> str:
    """The script of a program. It imports torch, numpy, Pillow, the standard library, and what
    plugins require.

    command: how it was made, for the header. Raises `InlineError` naming a module that cannot be
    inlined.
    """
    tree = ast.parse(program.text)
    walk = _Walk(program.libraries)
    own_imports, renamed = _reached(walk, tree)
    walk.reach(MAIN)
    names = _names(walk, renamed, tree)
    return formatted(_assembled(program, tree, walk, names, own_imports, command))


def _module(node: ast.Import | ast.ImportFrom) -> str:
    return (node.module or "") if isinstance(node, ast.ImportFrom) else ""


def taken_over(text: str, libraries: Collection[str]) -> str:
    """A text with the source of what it imports from ganforge and plugins in place of the imports.

    libraries: what it may import beside torch, numpy and Pillow. Raises `InlineError`.
    """
    tree, walk = ast.parse(text), _Walk(frozenset(libraries))
    kept, renamed = _reached(walk, tree)
    names = _names(walk, renamed, tree)
    sources = [_text(walk, key, names) for key in _statements(walk)]
    own = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    imports = ["from __future__ import annotations", *sorted({*kept, *walk.imports})]
    return "\n\n".join(["\n".join(imports), *sources, *map(ast.unparse, own)])


def _reached(walk: _Walk, tree: ast.Module) -> tuple[list[str], dict[Key, str]]:
    """Takes over what a text imports from ganforge and plugins. Its other imports, and the names
    under which it calls what is taken over.
    """
    kept: list[str] = []
    renamed: dict[Key, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and walk.is_own(_module(node)):
            for alias in node.names:
                walk.reach((_module(node), alias.name))
                renamed[_module(node), alias.name] = alias.asname or alias.name
        elif isinstance(node, ast.Import | ast.ImportFrom) and _module(node) != "__future__":
            kept.append(ast.unparse(node))
    return kept, renamed


def _names(walk: _Walk, given: dict[Key, str], tree: ast.Module) -> dict[Key, str]:
    """The name of each definition in the script; where two modules use one name, the later is
    prefixed.
    """
    names = dict(given)
    taken = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    taken |= set(names.values())
    for key in walk.order:
        if key in names:
            continue
        name = key[1]
        if name in taken:
            name = f"{key[0].rpartition('.')[2]}_{key[1].lstrip('_')}"
        while name in taken:
            name += "_"
        names[key] = name
        taken.add(name)
    return names


def _assembled(
    program: Program,
    tree: ast.Module,
    walk: _Walk,
    names: dict[Key, str],
    own_imports: list[str],
    command: str,
) -> str:
    constants, functions = _split(program.text, tree)
    pieces = [(key, _text(walk, key, names)) for key in _statements(walk)]
    parts = [text for key, text in pieces if not _is_machinery(walk, key[0])]
    machinery = [text for key, text in pieces if _is_machinery(walk, key[0])]
    values = [text for text in parts if _is_constant(text)]
    imports = sorted({*own_imports, *walk.imports})
    options = ", StagedOptions" if program.stages else ""
    return "\n\n".join(
        [
            f'"""{_header(program, tree, command, _needed(program, imports))}"""',
            "from __future__ import annotations",
            "\n".join(imports),
            "\n".join([constants, *values]),
            *_licences(walk),
            *(text for text in parts if not _is_constant(text)),
            functions,
            SECTION,
            *machinery,
            f'if __name__ == "__main__":\n    main(train, NAME, {literal(program.data)}{options})',
        ]
    )


def _statements(walk: _Walk) -> list[Key]:
    """One key per statement: `A, B = 1, 2` defines two names and stands once."""
    once = {(k[0], walk.module(k[0]).definitions[k[1]].lineno): k for k in reversed(walk.order)}
    return [key for key in walk.order if key in once.values()]


def _is_machinery(walk: _Walk, module: str) -> bool:
    """Whether a module's definitions stand behind the program's own: those of the runtime but its
    tools, and of what is built upon it, such as data sources, by itself or by other modules.
    """
    if module.startswith(RUNTIME):
        return module.rpartition(".")[2] not in TOOLS
    reached, left = {module}, [module]
    while left:
        for node in walk.module(left.pop()).imports.values():
            name = _module(node)
            if name.startswith(RUNTIME):
                return True
            if name in walk.modules and name not in reached:
                reached.add(name)
                left.append(name)
    return False


def _is_constant(text: str) -> bool:
    return isinstance(ast.parse(text).body[0], ast.Assign | ast.AnnAssign)


def _licences(walk: _Walk) -> list[str]:
    used = {module for module, _ in walk.order}
    return [m.licence for name, m in walk.modules.items() if name in used and m.licence]


def _split(text: str, tree: ast.Module) -> tuple[str, str]:
    """The program's own constants, and its classes and functions, as they are written."""
    lines = text.splitlines()
    body = [n for n in tree.body if not isinstance(n, ast.Import | ast.ImportFrom | ast.Expr)]
    first = next(n for n in body if isinstance(n, ast.ClassDef | ast.FunctionDef))
    start = body[0].lineno
    while lines[start - 2].startswith("#"):
        start -= 1
    return "\n".join(lines[start - 1 : first.lineno - 1]).rstrip(), "\n".join(
        lines[first.lineno - 1 :]
    )


def _text(walk: _Walk, key: Key, names: dict[Key, str]) -> str:
    """A definition's source, with the names that had to change."""
    module = walk.module(key[0])
    node, text = module.definitions[key[1]], module.source(key[1])
    changes: dict[str, str] = {}
    for name in {*names_in(node), key[1]}:
        target = (key[0], name)
        if name in module.imports and name not in module.definitions:
            target = walk.follow(name, module.imports[name]) or target
        if names.get(target, name) != name:
            changes[name] = names[target]
    return _renamed(text, changes) if changes else text


def _renamed(text: str, changes: dict[str, str]) -> str:
    """The text with names replaced where they stand as names, not as attributes or keywords."""
    places: list[tuple[int, int, str]] = []
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and node.id in changes:
            places.append((node.lineno, node.col_offset, node.id))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in changes:
            places.append(
                (node.lineno, lines[node.lineno - 1].index(node.name, node.col_offset), node.name)
            )
    for line, column, name in sorted(places, reverse=True):
        old = lines[line - 1]
        lines[line - 1] = old[:column] + changes[name] + old[column + len(name) :]
    return "\n".join(lines)


def _wrapped(command: str) -> str:
    """A command over several lines, each but the last ending in a backslash."""
    lines = textwrap.wrap(command, 88, break_long_words=False, break_on_hyphens=False)
    return " \\\n        ".join(lines)


def _needed(program: Program, imports: list[str]) -> list[str]:
    """What must be installed for a script with these imports."""
    imported = {line.split()[1].split(".")[0] for line in imports}
    return ["torch", "numpy", "Pillow", *sorted(imported & program.libraries)]


def _header(program: Program, tree: ast.Module, command: str, needed: list[str]) -> str:
    """The program's docstring, with who wrote it and how it is run."""
    from ganforge import __version__

    said = docstring((ast.get_docstring(tree) or program.name).strip())
    file = f"{program.name}.py"
    return (
        f"{said}\n\n"
        f"Written by ganforge {__version__} (spec {program.spec_hash}):\n\n"
        f"    {docstring(_wrapped(command))}\n\n"
        f"It needs {', '.join(needed[:-1])} and {needed[-1]}:\n\n"
        f"    python {file} --out RUN            train (--data, --rounds, --seed, --help)\n"
        f"    python {file} --out RUN --resume   go on from the last checkpoint\n"
    )
