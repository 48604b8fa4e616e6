"""`extends` and `without`: one tree laid over another."""

from __future__ import annotations

import tomllib
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Label
from ganforge.diagnostics.rules.document import (
    LIMIT,
    NOTHING_TO_REMOVE,
    REPLACED_TABLE,
    WRONG_TYPE,
)
from ganforge.diagnostics.suggest import Suggestion, did_you_mean
from ganforge.document.limits import MAX_KEYS
from ganforge.document.tree import Node, Removal

_DECIDES = ("kind", "block", "distribution")
_TABLES_OF_NAMES = (
    *(("params",), ("latents",), ("networks",), ("flow",), ("conditioning",), ("blocks",)),
    ("data", "fields"),
)
_ANY_SOURCE = (
    *("source", "fields", "count", "paired", "holdout"),
    *("load_size", "tiles", "crop", "flip", "dequantize"),
)


_GONE = Node(None)
"""Stands in an array where an item was removed."""


def merge(base: Node, over: Node) -> tuple[Node, tuple[Diagnostic, ...]]:
    """`over` laid over `base`: tables merge, arrays and scalars are replaced.

    A table whose `kind`, `block` or `distribution` changes is replaced whole; a new `source` of
    `[data]` drops the old source's own options. Notes tell what fell away.
    """
    notes: list[Diagnostic] = []
    return _merged(base, over, "", notes), tuple(notes)


def _merged(base: Node, over: Node, path: str, notes: list[Diagnostic]) -> Node:
    old, new = base.table, over.table
    if old is None or new is None:
        return over
    if any(_changes(old, new, name) for name in _DECIDES):
        name = next(name for name in _DECIDES if _changes(old, new, name))
        _note(path, name, base, over, [key for key in old if key not in new], notes)
        return over
    if path == "data" and _changes(old, new, "source"):
        fallen = [key for key in old if key not in new and key not in _ANY_SOURCE]
        _note(path, "source", base, over, fallen, notes)
        old = {key: node for key, node in old.items() if key in _ANY_SOURCE}
    content = dict(old)
    for key, node in new.items():
        below = f"{path}.{key}" if path else key
        content[key] = _merged(old[key], node, below, notes) if key in old else node
    return over.with_content(content)


def _changes(old: dict[str, Node], new: dict[str, Node], name: str) -> bool:
    return name in old and name in new and old[name].content != new[name].content


def _note(
    path: str, name: str, base: Node, over: Node, fallen: list[str], notes: list[Diagnostic]
) -> None:
    if not fallen:
        return
    said, before = over.content[name], base.content[name]
    keys = ", ".join(f"`{key}`" for key in fallen)
    message = (
        f'`{path}` has another {name} than it inherits ("{said.content}", not '
        f'"{before.content}"): {keys} fell away'
    )
    related = (Label(before.value, "inherited from here"),) if before.value else ()
    notes.append(REPLACED_TABLE.at(said.value, message, path=path, related=related))


def remove(
    base: Node | None, names: Node
) -> tuple[Node | None, tuple[Removal, ...], tuple[Diagnostic, ...]]:
    """The base without what `without` names, and what went. A base of None inherits nothing."""
    if not isinstance(names.content, list):
        message = "`without` is a list of dotted names"
        wrong = WRONG_TYPE.at(names.value, message, help='`without = ["losses.penalty"]`')
        return base, (), (wrong,)
    if len(names.content) > MAX_KEYS:
        message = f"`without` has {len(names.content):,} names; at most {MAX_KEYS:,} are allowed"
        return base, (), (LIMIT.at(names.key, message, help="remove a whole table by its name"),)
    found: list[Diagnostic] = []
    removed: list[Removal] = []
    for entry in names.content:
        keys = split_key(entry.content) if isinstance(entry.content, str) else None
        if not keys:
            message = "`without` holds dotted names in quotes"
            found.append(WRONG_TYPE.at(entry.value, message, help='such as `"losses.penalty"`'))
        elif base is None:
            message = f"nothing is inherited, so there is no `{entry.content}` to remove"
            help = "say what the spec extends: `extends = ...`"
            found.append(NOTHING_TO_REMOVE.at(entry.value, message, help=help))
        elif problem := _missing(base, keys, entry):
            found.append(problem)
        else:
            removed += _removal(base, keys, entry)
            base = _removed(base, keys)
    return base and _closed_up(base), tuple(removed), tuple(found)


def _removal(base: Node, keys: tuple[str, ...], entry: Node) -> list[Removal]:
    """What an entry takes away; a whole table of names takes each of them."""
    node: Node | None = base
    for key in keys:
        node = _below(node, key) if node else None
    if node is None or entry.value is None:
        return []
    table = node.child("fields") if keys == ("data",) else node
    of_names = keys == ("data",) or keys in _TABLES_OF_NAMES
    names = (table.table if table and of_names else None) or ()
    return [Removal(keys, frozenset((*names, keys[-1])), entry.value)]


def _below(node: Node, key: str) -> Node | None:
    """What a key of a table holds, or a number of an array, where there still is something."""
    step = int(key) if isinstance(node.content, list) and key.isdecimal() else key
    below = node.child(step)
    return None if below is _GONE else below


def _missing(base: Node, keys: tuple[str, ...], entry: Node) -> Diagnostic | None:
    """What an entry names and what is not inherited."""
    node = base
    for depth, key in enumerate(keys):
        below = _below(node, key)
        if below is None:
            message = f"`{entry.content}` is not inherited"
            if depth:
                message = f"{message}: `{'.'.join(keys[:depth])}` has no `{key}`"
            help = did_you_mean(key, node.table or {})
            ending = [] if depth else _ending(base, keys)
            if len(ending) == 1:
                text = f"did you mean `{ending[0]}`?"
                help = Suggestion(text, entry.content, ending[0], ending, habitual=True)
            if isinstance(node.content, list):
                help = f"its {len(node.content)} items are numbered from 0"
            return NOTHING_TO_REMOVE.at(entry.value, message, help=help)
        node = below
    return None


def _ending(base: Node, keys: tuple[str, ...]) -> list[str]:
    """The dotted names of a tree that end with what an entry names."""
    found: list[str] = []
    left: list[tuple[Node, tuple[str, ...]]] = [(base, ())]
    while left:
        node, path = left.pop()
        for key, below in (node.table or {}).items():
            own: tuple[str, ...] = (*path, key)
            left.append((below, own))
            if own[-len(keys) :] == keys:
                found.append(".".join(own))
    return found


def _removed(node: Node, keys: tuple[str, ...]) -> Node:
    """The tree without what `keys` lead to; an item of an array leaves a gap, so that the numbers
    of the others stay.
    """
    key, *rest = keys
    below = _below(node, key)
    assert below is not None
    smaller = _removed(below, tuple(rest)) if rest else _GONE
    if isinstance(node.content, list):
        items = list(node.content)
        items[int(key)] = smaller
        return node.with_content(items)
    content = {**node.content, key: smaller}  # in the order in which it was written
    if smaller is _GONE:
        del content[key]
    return node.with_content(content)


def _closed_up(node: Node) -> Node:
    """The tree without the gaps in its arrays."""
    if isinstance(node.content, list):
        return node.with_content([_closed_up(item) for item in node.content if item is not _GONE])
    if node.table is not None:
        return node.with_content({key: _closed_up(below) for key, below in node.table.items()})
    return node


def split_key(text: str) -> tuple[str, ...] | None:
    """The parts of a dotted key as TOML reads it, None where it is no key."""
    if "=" in text or "\n" in text or "#" in text:
        return None
    try:
        value: Any = tomllib.loads(f"{text} = 0")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    keys: list[str] = []
    while isinstance(value, dict):
        name = next(iter(value))
        keys.append(name)
        value = value[name]
    return tuple(keys)
