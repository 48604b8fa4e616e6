"""From one TOML text to a tree of nodes, or to the one thing that is wrong with the text."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Span
from ganforge.diagnostics.rules.document import LIMIT, NOT_TOML
from ganforge.document.brackets import innermost_open, too_deep
from ganforge.document.limits import MAX_VALUES, too_large, too_many
from ganforge.document.positions import Mark, Positions, positions
from ganforge.document.remedies import remedy
from ganforge.document.slips import Slip
from ganforge.document.tree import MAX_DEPTH, Node, Path

NEARER = "no published system comes near: look for lines that a program wrote too often"
KEPT = 64
"""Trees of texts up to SMALL: many specs of a folder extend the same one."""
SMALL = 20_000
"""Characters; the longest shipped spec has a third of them."""
_TWICE = ("Cannot overwrite", "Cannot declare", "Duplicate")
_HEADER = re.compile(r"^\[[\w.-]+\](?=[ \t]*(?:#.*)?$)", re.MULTILINE)
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read(text: str, file: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """The tree of a text, which nobody may change; None with a located diagnostic where it is not
    TOML.
    """
    return _kept(text, file) if len(text) <= SMALL else _read(text, file)


@lru_cache(maxsize=KEPT)
def _kept(text: str, file: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    return _read(text, file)


def _read(text: str, file: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    text = text.replace("\r\n", "\n")
    if (many := too_many(text)) is not None:
        return None, (_crowded(_one(text, many, file)),)
    deep = too_deep(text, MAX_DEPTH)
    if deep is not None:
        return None, (_nested(_one(text, deep, file)),)
    places = positions(text, file)
    if places.too_deep:
        return None, (_nested(places.too_deep),)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (_explained(error, text, file, places),)
    except RecursionError:
        return None, (_nested(Span(file, 1, 1, 1, 1)),)
    except ValueError:
        long = re.search(r"\d[\d_]{4000,}", text)
        place = _one(text, long.start(), file) if long else Span(file, 1, 1, 1, 1)
        help = 'write it as a power: `1e6`, or a formula such as `"10**6"`'
        return None, (LIMIT.at(place, "this number has too many digits", help=help),)
    if (large := too_large(values)) is not None:
        path, message = large
        mark = places.marks.get(path)
        where = (mark.key or mark.value) if mark else Span(file, 1, 1, 1, 1)
        return None, (LIMIT.at(where, message, help=NEARER, path=".".join(map(str, path))),)
    root = Node(_grown(values, (), places.marks), Span(file, 1, 1, 1, 1))
    return root, ()


def _crowded(span: Span) -> Diagnostic:
    message = f"this file holds more than {MAX_VALUES:,} values"
    return LIMIT.at(span, message, help=NEARER)


def _nested(span: Span) -> Diagnostic:
    message = f"values are nested more than {MAX_DEPTH} deep here"
    return LIMIT.at(span, message, help="a spec needs a handful of levels: is a bracket too many?")


def _grown(value: Any, path: Path, marks: dict[Path, Mark]) -> Any:
    """The content of a node: nodes for what tables and arrays hold. MAX_DEPTH bounds it."""
    if isinstance(value, dict):
        return {name: _node(child, (*path, name), marks) for name, child in value.items()}
    if isinstance(value, list):
        return [_node(child, (*path, index), marks) for index, child in enumerate(value)]
    return value


def _node(value: Any, path: Path, marks: dict[Path, Mark]) -> Node:
    content, mark = _grown(value, path, marks), marks.get(path)
    return Node(content, mark.value, mark.key) if mark else Node(content)


def _explained(
    error: tomllib.TOMLDecodeError, text: str, file: str, places: Positions
) -> Diagnostic:
    found = _AT.search(str(error))
    problem = _AT.sub("", str(error))
    if places.duplicates and problem.startswith(_TWICE):
        return _twice(places)
    offset = _offset(text, found)
    open_at = innermost_open(text, offset)
    opened = "" if open_at is None else text[open_at]
    if problem.startswith("Invalid value") and open_at is not None:
        outer, header = innermost_open(text, open_at), _HEADER.match(text, open_at)
        if header and outer is not None and text[outer] == "[":
            return _unended(_one(text, open_at, file, len(header[0])), _one(text, outer, file))
    slip = remedy(problem, text, offset, opened)
    related: tuple[Label, ...] = ()
    unended = slip.help.startswith("an array ends")
    if open_at is not None and unended:
        related = (Label(_one(text, open_at, file), "the array begins here"),)
    edits = [Edit(_one(text, a, file, b - a), instead) for a, b, instead in slip.changes]
    fix = Fix(_title(slip, text), tuple(edits)) if edits else None
    place = _one(text, slip.offset, file, slip.length)
    return NOT_TOML.at(place, slip.message, help=slip.help, related=related, fix=fix)


def _title(slip: Slip, text: str) -> str:
    """What the repair of a slip does, in a few words."""
    start, end, instead = slip.changes[0]
    if text[start:end].strip() and instead.strip():
        return f"write `{instead.strip()}` for `{text[start:end].strip()}`"
    return "write a comma" if instead == "," else slip.help


def _unended(header: Span, array: Span) -> Diagnostic:
    """An array without its `]`, into which the next table's header ran."""
    return NOT_TOML.at(
        header,
        "a table begins inside an array",
        help="an array ends with `]`: one is missing above",
        related=(Label(array, "the array begins here"),),
    )


def _twice(places: Positions) -> Diagnostic:
    path, first, second = places.duplicates[0]
    return NOT_TOML.at(
        second,
        f"`{path[-1]}` is written twice",
        help="keep one of them: a key and a table are written once",
        path=".".join(map(str, path)),
        related=(Label(first, "first written here"),),
    )


def _offset(text: str, found: re.Match[str] | None) -> int:
    if found is None or found.group(1) is None:
        return len(text.rstrip())
    lines = text.split("\n")
    row, column = int(found.group(1)), int(found.group(2))
    return sum(len(line) + 1 for line in lines[: row - 1]) + column - 1


def _one(text: str, offset: int, file: str, length: int = 1) -> Span:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Span(file, line, column, line, column + length)
