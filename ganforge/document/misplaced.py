"""`extends` below the header of a table, where TOML takes it for a key of that table, or under
another name.
"""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Diagnostic, Edit, Fix, Span
from ganforge.diagnostics.rules.document import UNKNOWN_KEY
from ganforge.document.tree import Node

ALIKE = ("extend", "import", "include", "base", "parent", "inherit", "inherits")
"""What `extends` is called elsewhere."""
HELP = "write it above the first table"


def misplaced_extends(tree: Node, text: str) -> Diagnostic | None:
    """The finding, where a spec extends nothing and one of its tables has this key."""
    if tree.child("extends") is not None:
        return None
    for name in ALIKE:
        own = tree.child(name)
        if own is not None and own.key is not None and isinstance(own.content, str):
            help = "write `extends`: it says what the spec starts from"
            renamed = Fix(f"write `extends` for `{name}`", (Edit(own.key, "extends"),))
            message = f"unknown key `{name}`"
            return UNKNOWN_KEY.at(own.key, message, help=help, path=name, fix=renamed)
    for name, table in (tree.table or {}).items():
        below = (table.table or {}).get("extends")
        if below is None or below.key is None or not isinstance(below.content, str | list):
            continue
        message = f"`extends` stands below `[{name}]`, and so belongs to it"
        fix = _moved(tree, below, text)
        return UNKNOWN_KEY.at(below.key, message, help=HELP, path=f"{name}.extends", fix=fix)
    return None


def _moved(tree: Node, extends: Node, text: str) -> Fix | None:
    """The edits that write a line of its own behind that of the version."""
    version, key, value = tree.child("ganforge"), extends.key, extends.value
    if version is None or version.value is None or key is None or value is None:
        return None
    line = text.split("\n")[key.line - 1]
    if key.line != value.end_line or line[: key.column - 1].strip():
        return None
    after = version.value.end_line + 1
    gone = Edit(Span(key.file, key.line, 1, key.line + 1, 1), "")
    return Fix(HELP, (Edit(Span(key.file, after, 1, after, 1), f"{line}\n"), gone))
