"""The text of a spec to start from: over a shipped one, or a copy of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Document, SpecNames, load
from ganforge.document.tree import Node
from ganforge.errors import CannotStart

SCHEMA = "ganforge.schema.json"
"""The file beside the spec that editors read."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_EXTENDS = re.compile(r"^extends = .*$", re.MULTILINE)
_ABOUT = {
    "params": "Numbers for the formulas of `{base}`. `--set NAME=VALUE` sets one for one run.",
    "data": "`ganforge train {file} --data folder:PATH` reads images of your own.",
    "train": "Exactly one of `kimg`, `rounds` and `epochs` says how long.",
    "sample": "What a grid of samples shows.",
}


def check_name(name: str, names: SpecNames) -> None:
    """Raises `CannotStart` for what cannot be the name of a new spec."""
    if name.endswith(".toml"):
        raise CannotStart(f"`{name}` is the name of a file: write `{name.removesuffix('.toml')}`")
    if not _NAME.fullmatch(name) or len(name) > 100:
        help = "letters, digits, `_` and `-`, at most 100, beginning with a letter or digit"
        raise CannotStart(f"`{name}` cannot be the name of a spec: use {help}")
    if name in names.bare():
        raise CannotStart(f"`{name}` is a shipped spec: choose another name, such as `my-{name}`")


def base_document(base: str, names: SpecNames) -> Document:
    """A spec by its name. Raises `CannotStart` where there is none of this name, or it cannot be
    read.
    """
    path = names.file(base)
    if path is None:
        help = did_you_mean(base, names.bare(), "spec")
        unknown = (f"there is no shipped spec `{base}`", help)
        raise CannotStart(": ".join(names.explain(base) or unknown))
    document, _ = load(path, names=names)
    if document is None:
        raise CannotStart(f"`{base}` has mistakes: `ganforge check {base}` tells them")
    return document


def copied(name: str, base: str, document: Document) -> str:
    """The whole text of the base, with another name."""
    text = document.texts[document.name]
    text = _EXTENDS.sub(lambda line: line[0].replace('.toml"', '"'), text)
    text = re.sub(r'^name = ".*"$', f'name = "{name}"', text, count=1, flags=re.MULTILINE)
    head = [f"#:schema ./{SCHEMA}", f"# A copy of the shipped spec `{base}`."]
    return "\n".join([*head, *_usage(name), text])


def extending(name: str, base: str, document: Document) -> str:
    """A spec that says what differs from the base; what it may say first stands in comments."""
    title = document.values.get("gan", {}).get("title", base)
    lines = [
        f"#:schema ./{SCHEMA}",
        f"# Starts from the shipped spec `{base}` and says what differs: tables merge key by key,",
        "# arrays such as `layers` are replaced whole. A line behind `#` is what is inherited;",
        "# take the `#` away to change it.",
        *_usage(name),
        "ganforge = 1",
        f'extends = "{base}"',
        '# without = ["train.epochs"]  # what shall not be inherited',
        "",
        "[gan]",
        f'name = "{name}"',
        f'title = "{name}, after {_plain(title)}"',
    ]
    root = document.root.table or {}
    for table in ("params", "data"):
        lines += _section(table, (table,), root.get(table), base, name, document)
    for loss, node in (_table(root, "losses")).items():
        lines += _section("losses", ("losses", loss), node, base, name, document)
    for table in ("train", "sample"):
        lines += _section(table, (table,), root.get(table), base, name, document)
    return "\n".join([*lines, ""])


def _usage(name: str) -> list[str]:
    return [
        f"#   ganforge check {name}.toml    what is wrong with it",
        f"#   ganforge show {name}.toml     its layers and shapes",
        f"#   ganforge train {name}.toml    trains it",
        "# The first line is for editors; when plugins were installed,",
        f"#   ganforge schema -o {SCHEMA}",
    ]


def _section(
    about: str, path: tuple[str, ...], node: Node | None, base: str, name: str, document: Document
) -> Iterator[str]:
    """A table with its keys as comments."""
    keys = [f"# {key} = {text}" for key, text in _written(node, document)]
    if not keys:
        return
    yield ""
    if about in _ABOUT:
        yield "# " + _ABOUT[about].format(base=base, file=f"{name}.toml")
    yield f"[{'.'.join(path)}]"
    yield from keys


def _written(node: Node | None, document: Document) -> Iterator[tuple[str, str]]:
    """The keys of a table that stand on one line, with their values as they were written."""
    for key, child in ((node and node.table) or {}).items():
        span = child.value
        if span is None or span.line != span.end_line or key == "kind":
            continue
        line = document.texts[span.file].splitlines()[span.line - 1]
        text = line[span.column - 1 : span.end_column - 1]
        if child.table is None or text.startswith("{"):  # else the header of a table
            yield key, text


def _table(root: dict[str, Node], name: str) -> dict[str, Node]:
    node = root.get(name)
    return (node.table if node else None) or {}


def _plain(text: Any) -> str:
    return str(text).replace("\\", " ").replace('"', "'")
