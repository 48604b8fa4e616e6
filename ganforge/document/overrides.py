"""`--set NAME=VALUE`: params by their name, anything else by its dotted path."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Span
from ganforge.diagnostics.rules.document import BAD_OVERRIDE, NOT_A_CHOICE
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document.merge import split_key
from ganforge.document.tree import MAX_DEPTH, OVERRIDES, Node, plain

FILE = OVERRIDES[0]
"""The name of the pseudo file whose lines are the overrides."""


class Keywords(tuple[str, ...]):
    """Overrides that Python gave as `params=`: reports call their pseudo file so."""

    FILE = OVERRIDES[1]


PSEUDO_FILES = (FILE, Keywords.FILE)
"""What reports call places that are in no file."""

_LENGTHS = ("kimg", "rounds", "epochs")
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "a formula"),
    (list, "a list"),
)


class _Refused(Exception):
    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def apply_overrides(
    root: Node, overrides: Sequence[str], texts: dict[str, str]
) -> tuple[Node, tuple[Diagnostic, ...]]:
    """The tree with each override written into it; one that is refused changes nothing.

    The lines of the pseudo file `--set` are added to `texts`.
    """
    lines = [" ".join(text.splitlines()) for text in overrides]
    file = overrides.FILE if isinstance(overrides, Keywords) else FILE
    if lines:
        texts[file] = "\n".join(lines)
    found: list[Diagnostic] = []
    for number, line in enumerate(lines, start=1):
        try:
            root = _applied(root, line, Span(file, number, 1, number, max(2, len(line) + 1)))
        except _Refused as refused:
            found.append(refused.diagnostic)
    return root, tuple(found)


def _applied(root: Node, line: str, place: Span) -> Node:
    name, equals, word = line.partition("=")
    keys = split_key(name.strip()) if name.strip() else None
    key_span = place.part(0, max(1, len(name)))
    if not equals or keys is None:
        message = f"`{line}` sets nothing"
        help = "write `--set NAME=VALUE`, such as `--set width=128` or `--set train.batch=32`"
        raise _Refused(BAD_OVERRIDE.at(place, message, help=help))
    start = len(line) - len(word.lstrip())
    span = place.part(start, max(start + 1, len(line)))
    value = _read(word.strip())
    if len(keys) == 1:
        keys = ("params", *keys)
    if keys[0] == "params" and len(keys) == 2:
        return _set_param(root, keys[1], value, word.strip(), span, key_span)
    return _set(root, keys, _node(value, span, key_span), key_span)


def _read(word: str) -> Any:
    """The value as TOML reads it, else the word itself."""
    try:
        values = tomllib.loads(f"value = {word}")
    except (ValueError, RecursionError):
        return word
    return values["value"] if list(values) == ["value"] else word


def _node(value: Any, span: Span, key: Span | None) -> Node:
    if isinstance(value, dict):
        return Node({k: _node(v, span, span) for k, v in value.items()}, span, key)
    if isinstance(value, list):
        return Node([_node(v, span, None) for v in value], span, key)
    return Node(value, span, key)


def _set_param(root: Node, name: str, value: Any, word: str, span: Span, key: Span) -> Node:
    params = root.child("params")
    known = (params.table if params else None) or {}
    declared = known.get(name)
    if declared is None:
        message = f"the spec has no param `{name}`"
        help = did_you_mean(name, known, "param")
        raise _Refused(BAD_OVERRIDE.at(key, message, help=help, path=f"params.{name}"))
    if declared.table is None:
        _same_type(name, declared.content, value, span)
        return _set(root, ("params", name), _node(value, span, key), key)
    value = _chosen(name, plain(declared), value, word, span)
    return _set(root, ("params", name, "default"), _node(value, span, key), key)


def _same_type(name: str, before: Any, value: Any, span: Span) -> None:
    if isinstance(before, str):
        fits = not isinstance(value, dict)
    elif isinstance(before, float):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        fits = type(value) is type(before)
    if not fits:
        kind = next((words for type_, words in _TYPES if isinstance(before, type_)), "a value")
        raise _not_a_choice(name, value, span, f"`{name}` is {kind}: its type is kept")


def _chosen(name: str, declared: dict[str, Any], value: Any, word: str, span: Span) -> Any:
    choices, kind = declared.get("choices"), declared.get("type")
    if isinstance(choices, list):
        for choice in choices:
            if (type(choice) is type(value) and choice == value) or choice == word:
                return choice
        shown = ", ".join(map(str, choices))
        raise _not_a_choice(name, value, span, f"choices: {shown}")
    if kind == "word":
        return word if not isinstance(value, str) else value
    if kind == "float" and type(value) is int:
        return float(value)
    needed = {"int": int, "float": float, "bool": bool, "list": list}.get(str(kind))
    if needed is not None and type(value) is not needed:
        raise _not_a_choice(name, value, span, f"`{name}` is declared as {kind}")
    return value


def _not_a_choice(name: str, value: Any, span: Span, help: str) -> _Refused:
    shown = str(value).lower() if isinstance(value, bool) else f"{value}"
    message = f"the param `{name}` cannot be `{shown}`"
    return _Refused(NOT_A_CHOICE.at(span, message, help=help, path=f"params.{name}"))


def _set(root: Node, keys: tuple[str, ...], value: Node, span: Span) -> Node:
    """The tree with `value` at `keys`; tables on the way are made, items of arrays are numbered."""
    if len(keys) > MAX_DEPTH:
        message, help = f"a path has at most {MAX_DEPTH} parts", "name a value that the spec has"
        raise _Refused(BAD_OVERRIDE.at(span, message, help=help))
    head, *rest = keys
    below = tuple(rest)
    if isinstance(root.content, list):
        return _set_item(root, head, below, value, span)
    if root.table is None:
        message = f"`{head}` cannot be set: what should hold it is no table"
        help = "end the name one dot earlier, and give the whole value"
        raise _Refused(BAD_OVERRIDE.at(span, message, help=help))
    content = dict(root.table)
    if head in _LENGTHS and not below:
        # A length replaces the length there was: two would be an error.
        content = {key: node for key, node in content.items() if key not in _LENGTHS}
    child = content.get(head, Node({}, value.value, value.key))
    content[head] = _set(child, below, value, span) if below else value
    return root.with_content(content)


def _set_item(root: Node, head: str, below: tuple[str, ...], value: Node, span: Span) -> Node:
    items = list(root.content)
    if not head.isdecimal() or int(head) >= len(items):
        message = f"`{head}` is no item of this array"
        help = f"its {len(items)} items are numbered from 0"
        raise _Refused(BAD_OVERRIDE.at(span, message, help=help))
    index = int(head)
    items[index] = _set(items[index], below, value, span) if below else value
    return root.with_content(items)
