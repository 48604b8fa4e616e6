"""Reading a spec with everything that it extends."""

from __future__ import annotations

import errno
import os
import pathlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from ganforge.diagnostics.diagnostic import Diagnostic, Label, Span
from ganforge.diagnostics.rules.document import (
    CANNOT_READ,
    CYCLE,
    LANGUAGE_VERSION,
    LIMIT,
    WRONG_TYPE,
)
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document.merge import merge, remove
from ganforge.document.misplaced import misplaced_extends
from ganforge.document.names import SpecNames
from ganforge.document.overrides import apply_overrides
from ganforge.document.toml import read
from ganforge.document.tree import Document, Node, Removal, plain

VERSION = 1
Loaded = tuple[Document | None, tuple[Diagnostic, ...]]
SHIPPED = SpecNames()
Drafts = Mapping[pathlib.Path, str]
"""Texts that are read in place of files, by resolved path."""


OF_SPECS = frozenset(
    ("extends", "gan", "params", "data", "latents", "networks", "flow", "losses", "train")
)
"""Keys by which a file without a version is known as a spec."""
MAX_BYTES = 1 << 20
MAX_FILES = 32
"""How large a file may be, and how many may extend each other: far beyond any spec."""


class SpecNotFound(Exception):
    """The spec that the user named is no file that can be opened."""


def load(
    path: pathlib.Path,
    overrides: Sequence[str] = (),
    drafts: Drafts | None = None,
    names: SpecNames = SHIPPED,
) -> Loaded:
    """The document of a file: extended, merged, overridden; None where a file of it cannot be read.

    overrides: `NAME=VALUE` each, as `--set` takes them. names: the specs that `extends` may name.
    Raises `SpecNotFound` for a missing file.
    """
    try:
        data = _bytes(path, drafts)
    except OSError as error:
        raise SpecNotFound(f"{path}: {_reason(error)}") from error
    file = _File(str(path), path.parent, data, path.resolve())
    return _document(file, overrides, _Reading(names, drafts))


def _reason(error: OSError) -> str:
    """Why a file cannot be opened."""
    if error.errno == errno.ELOOP:
        return "it is a link that leads back to itself"
    return error.strerror or "it cannot be opened"


def loads(
    text: str,
    name: str = "<text>",
    overrides: Sequence[str] = (),
    folder: pathlib.Path | None = None,
    names: SpecNames = SHIPPED,
) -> Loaded:
    """The document of a text. `extends` starts from `folder`, by default the current one."""
    data = text.encode("utf-8", "replace")
    file = _File(name, folder or pathlib.Path(), data, None)
    return _document(file, overrides, _Reading(names))


@dataclass(frozen=True)
class _File:
    name: str
    folder: pathlib.Path
    data: bytes
    resolved: pathlib.Path | None


@dataclass
class _Reading:
    """What is gathered while a spec is read with all that it extends."""

    names: SpecNames
    drafts: Drafts | None = None
    texts: dict[str, str] = field(default_factory=dict)
    removed: list[Removal] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)
    files: int = 0


def _document(file: _File, overrides: Sequence[str], reading: _Reading) -> Loaded:
    root = _merged(file, (), None, reading)
    if root is None:
        return None, tuple(reading.found)
    extends = root.child("extends")
    root, found = apply_overrides(root, overrides, reading.texts)
    reading.found += found
    root = _said(root)
    extended_at = extends.value if extends else None
    removed = tuple(reading.removed)
    document = Document(file.name, plain(root), reading.texts, root, extended_at, removed)
    return document, tuple(reading.found)


def _said(tree: Node) -> Node:
    """The tree without the keys that say what it starts from."""
    return tree.with_content(
        {key: node for key, node in tree.content.items() if key not in ("extends", "without")}
    )


def _merged(
    file: _File, chain: tuple[_File, ...], extended_at: Span | None, reading: _Reading
) -> Node | None:
    """A file laid over all that it extends; None where one of them cannot be read.

    chain: the files on the way to it, the one that the user named first.
    """
    tree = _tree(file, extended_at, reading)
    reading.files += 1
    if tree is None:
        return None
    if (misplaced := misplaced_extends(tree, reading.texts[file.name])) is not None:
        reading.found.append(misplaced)
        return None
    bases = []
    for name in _bases(tree):
        extended = _extended(name, (*chain, file), reading)
        below = _merged(extended, (*chain, file), name.value, reading) if extended else None
        if below is None:
            return None
        bases.append(_said(below))
    base = reduce(lambda first, second: merge(first, second)[0], bases) if bases else None
    if (without := tree.child("without")) is not None:
        base, removed, found = remove(base, without)
        reading.removed += removed
        reading.found += found
    if base is None:
        return tree
    merged, notes = merge(base, tree)
    reading.found += notes if not chain else ()  # the others are not the author's
    return merged


def _bases(tree: Node) -> list[Node]:
    """The names of what a file extends: each is laid over those before it."""
    extends = tree.child("extends")
    if extends is None:
        return []
    return extends.content if isinstance(extends.content, list) else [extends]


def _tree(file: _File, extended_at: Span | None, reading: _Reading) -> Node | None:
    text = file.data[:MAX_BYTES].decode("utf-8-sig", "replace")
    reading.texts[file.name] = text
    if len(file.data) > MAX_BYTES:
        message, help = f"`{file.name}` is larger than 1 MiB", "a spec is some kilobytes of text"
        reading.found.append(LIMIT.at(Span(file.name, 1, 1, 1, 2), message, help=help))
        return None
    try:
        file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reading.found.append(_not_utf8(file, error))
        return None
    tree, found = read(text, file.name)
    related = (Label(extended_at, "extended from here"),) if extended_at else ()
    reading.found += [replace(item, related=item.related + related) for item in found]
    return tree if tree is not None and _version_fits(tree, reading) else None


def _not_utf8(file: _File, error: UnicodeDecodeError) -> Diagnostic:
    before = file.data[: error.start].decode("utf-8-sig", "replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message = f"`{file.name}` is not UTF-8: byte 0x{file.data[error.start]:02x} stands here"
    span = Span(file.name, line, column, line, column + 1)
    return CANNOT_READ.at(span, message, help="save the file as UTF-8")


def _version_fits(tree: Node, reading: _Reading) -> bool:
    """Whether the rest can be read; a missing version is reported and taken for this one."""
    version = tree.content.get("ganforge")
    help = f"write `ganforge = {VERSION}` on the first line"
    if version is None and not OF_SPECS & tree.content.keys():
        message = "this is no spec: it has neither the key `ganforge` nor a table of one"
        help = "`ganforge new mine --from dcgan` writes a spec"
        reading.found.append(LANGUAGE_VERSION.at(tree.value, message, help=help))
        return True
    if version is None:
        message = "the spec does not say its language version"
        reading.found.append(LANGUAGE_VERSION.at(tree.value, message, help=help))
        return True
    if version.content == VERSION and type(version.content) is int:
        return True
    message = f"this ganforge reads version {VERSION} of the language, not {version.content!r}"
    if type(version.content) is int and version.content > VERSION:
        help = "update ganforge: `pip install -U ganforge`"
    reading.found.append(LANGUAGE_VERSION.at(version.value, message, help=help, path="ganforge"))
    return False


def _extended(name: Node, chain: tuple[_File, ...], reading: _Reading) -> _File | None:
    """The file that an entry of `extends` names, or None after reporting why there is none."""
    target, folder = name.content, chain[-1].folder
    if not isinstance(target, str):
        message = "`extends` is a path or the name of a shipped spec, in quotes, or a list of them"
        help = 'such as `extends = "dcgan"`'
        reading.found.append(WRONG_TYPE.at(name.value, message, help=help, path="extends"))
        return None
    if reading.files >= MAX_FILES:
        message = f"more than {MAX_FILES} files extend each other"
        help = "extend a file nearer to the first"
        reading.found.append(LIMIT.at(name.value, message, help=help, path="extends"))
        return None
    path = _path(target, folder, reading.names)
    try:
        data = _bytes(path, reading.drafts) if path else None
    except OSError:
        data = None
    if path is None or data is None:
        message, help = _unreadable(target, folder, reading.names)
        reading.found.append(CANNOT_READ.at(name.value, message, help=help, path="extends"))
        return None
    resolved = path.resolve()
    seen = [known.resolved for known in chain]
    if resolved in seen:
        circle = [known.name for known in chain[seen.index(resolved) :]]
        message = f"these files extend each other: {' → '.join([*circle, circle[0]])}"
        help = "one of them must not extend another"
        reading.found.append(CYCLE.at(name.value, message, help=help, path="extends"))
        return None
    return _File(_shown(path), path.parent, data, resolved)


def _unreadable(target: str, folder: pathlib.Path, names: SpecNames) -> tuple[str, str]:
    """Why `extends` cannot name this, and what to write."""
    explained = names.explain(target)
    if explained is not None:
        return explained
    near = sorted(path.name for path in folder.glob("*.toml")) + names.bare()
    message = f"`{target}` cannot be read: it is no file and no shipped spec"
    return message, did_you_mean(target, near, "spec")


def _path(target: str, folder: pathlib.Path, names: SpecNames) -> pathlib.Path | None:
    beside = folder / target
    try:
        if beside.is_file():
            return beside
    except OSError:
        return None
    return names.file(target) if re.fullmatch(r"[\w.-]+/[\w-]+|[\w-]+", target) else None


def _bytes(path: pathlib.Path, drafts: Drafts | None) -> bytes:
    """The start of a file, as far as one may be read. Raises `OSError`, for pipes and devices too:
    they may have no end.
    """
    draft = drafts.get(pathlib.Path(os.path.realpath(path))) if drafts else None
    if draft is not None:
        return draft.encode("utf-8")
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "no file, but a pipe or device: `-` reads the standard input")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _shown(path: pathlib.Path) -> str:
    """A path as a message shows it: relative where it lies below the current folder."""
    name = os.path.normpath(path)
    relative = os.path.relpath(name)
    return name if relative.startswith(os.pardir) else relative
