"""Reading a spec with everything that it extends."""

from __future__ import annotations

import errno
import os
import pathlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
from ganforge.document.overrides import apply_overrides
from ganforge.document.toml import read
from ganforge.document.tree import Document, Node, Removal, plain
from ganforge.resources import folder as resource_folder

VERSION = 1
Loaded = tuple[Document | None, tuple[Diagnostic, ...]]
Drafts = Mapping[pathlib.Path, str]
"""Texts that are read in place of files, by resolved path."""


MAX_BYTES = 1 << 20
MAX_FILES = 32
"""How large a file may be, and how many may extend each other: far beyond any spec."""


class SpecNotFound(Exception):
    """The spec that the user named is no file that can be opened."""


def load(path: pathlib.Path, overrides: Sequence[str] = (), drafts: Drafts | None = None) -> Loaded:
    """The document of a file: extended, merged, overridden; None where a file of it cannot be read.

    overrides: `NAME=VALUE` each, as `--set` takes them. Raises `SpecNotFound` for a missing file.
    """
    try:
        data = _bytes(path, drafts)
    except OSError as error:
        raise SpecNotFound(f"{path}: {error.strerror or 'cannot be opened'}") from error
    return _document(_File(str(path), path.parent, data, path.resolve()), overrides, drafts)


def loads(
    text: str,
    name: str = "<text>",
    overrides: Sequence[str] = (),
    folder: pathlib.Path | None = None,
) -> Loaded:
    """The document of a text. `extends` starts from `folder`, by default the current one."""
    data = text.encode("utf-8", "replace")
    return _document(_File(name, folder or pathlib.Path(), data, None), overrides)


def shipped_names() -> list[str]:
    """The names of the specs that come with ganforge."""
    return sorted(path.stem for path in resource_folder("specs").glob("*.toml"))


def shipped(name: str) -> pathlib.Path | None:
    """The file of a spec that comes with ganforge, by its bare name; None where there is none."""
    return resource_folder("specs") / f"{name}.toml" if name in shipped_names() else None


@dataclass(frozen=True)
class _File:
    name: str
    folder: pathlib.Path
    data: bytes
    resolved: pathlib.Path | None


@dataclass
class _Chain:
    """The files of a spec, from the one the user named to the last that is extended."""

    drafts: Drafts | None = None
    files: list[_File] = field(default_factory=list)
    trees: list[Node] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    removed: list[Removal] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)


def _document(file: _File, overrides: Sequence[str], drafts: Drafts | None = None) -> Loaded:
    chain = _Chain(drafts)
    if not _follow(file, chain):
        return None, tuple(chain.found)
    root = _laid_over_each_other(chain)
    root, found = apply_overrides(root, overrides, chain.texts)
    chain.found += found
    content = {k: v for k, v in root.content.items() if k not in ("extends", "without")}
    root = root.with_content(content)
    extends = chain.trees[0].child("extends")
    extended_at = extends.value if extends else None
    removed = tuple(chain.removed)
    document = Document(file.name, plain(root), chain.texts, root, extended_at, removed)
    return document, tuple(chain.found)


def _follow(file: _File, chain: _Chain) -> bool:
    """Reads a file and all that it extends; False where one of them cannot be read."""
    following: _File | None = file
    extended_at: Span | None = None
    while following is not None:
        file = following
        tree = _tree(file, extended_at, chain)
        if tree is None:
            return False
        chain.files.append(file)
        chain.trees.append(tree)
        extends = tree.content.get("extends")
        if extends is None:
            return True
        extended_at = extends.value
        if len(chain.files) == MAX_FILES:
            message = f"more than {MAX_FILES} files extend each other"
            help = "extend a file nearer to the first"
            chain.found.append(LIMIT.at(extends.value, message, help=help, path="extends"))
            return False
        following = _extended(extends, file, chain)
    return False


def _tree(file: _File, extended_at: Span | None, chain: _Chain) -> Node | None:
    text = file.data[:MAX_BYTES].decode("utf-8-sig", "replace")
    chain.texts[file.name] = text
    if len(file.data) > MAX_BYTES:
        message, help = f"`{file.name}` is larger than 1 MiB", "a spec is some kilobytes of text"
        chain.found.append(LIMIT.at(Span(file.name, 1, 1, 1, 2), message, help=help))
        return None
    try:
        file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        chain.found.append(_not_utf8(file, error))
        return None
    tree, found = read(text, file.name)
    related = (Label(extended_at, "extended from here"),) if extended_at else ()
    chain.found += [
        item.rule.at(
            item.span, item.message, help=item.help, path=item.path, related=item.related + related
        )
        for item in found
    ]
    return tree if tree is not None and _version_fits(tree, chain) else None


def _not_utf8(file: _File, error: UnicodeDecodeError) -> Diagnostic:
    before = file.data[: error.start].decode("utf-8-sig", "replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message = f"`{file.name}` is not UTF-8: byte 0x{file.data[error.start]:02x} stands here"
    span = Span(file.name, line, column, line, column + 1)
    return CANNOT_READ.at(span, message, help="save the file as UTF-8")


def _version_fits(tree: Node, chain: _Chain) -> bool:
    """Whether the rest can be read; a missing version is reported and taken for this one."""
    version = tree.content.get("ganforge")
    help = f"write `ganforge = {VERSION}` on the first line"
    if version is None:
        message = "the spec does not say its language version"
        chain.found.append(LANGUAGE_VERSION.at(tree.value, message, help=help))
        return True
    if version.content == VERSION and type(version.content) is int:
        return True
    message = f"this ganforge reads version {VERSION} of the language, not {version.content!r}"
    if type(version.content) is int and version.content > VERSION:
        help = "update ganforge: `pip install -U ganforge`"
    chain.found.append(LANGUAGE_VERSION.at(version.value, message, help=help, path="ganforge"))
    return False


def _extended(extends: Node, file: _File, chain: _Chain) -> _File | None:
    """The file that `extends` names, or None after reporting why there is none."""
    target = extends.content
    if not isinstance(target, str):
        message = "`extends` is a path or the name of a shipped spec, in quotes"
        help = 'such as `extends = "dcgan"`'
        chain.found.append(WRONG_TYPE.at(extends.value, message, help=help, path="extends"))
        return None
    path = _path(target, file.folder)
    try:
        data = _bytes(path, chain.drafts) if path else None
    except OSError:
        data = None
    if path is None or data is None:
        near = sorted(p.name for p in file.folder.glob("*.toml")) + shipped_names()
        message = f"`{target}` cannot be read: it is no file and no shipped spec"
        help = did_you_mean(target, near, "spec")
        chain.found.append(CANNOT_READ.at(extends.value, message, help=help, path="extends"))
        return None
    resolved = path.resolve()
    seen = [known.resolved for known in chain.files]
    if resolved in seen:
        circle = [known.name for known in chain.files[seen.index(resolved) :]]
        message = f"these files extend each other: {' → '.join([*circle, circle[0]])}"
        help = "one of them must not extend another"
        chain.found.append(CYCLE.at(extends.value, message, help=help, path="extends"))
        return None
    return _File(_shown(path), path.parent, data, resolved)


def _path(target: str, folder: pathlib.Path) -> pathlib.Path | None:
    beside = folder / target
    try:
        if beside.is_file():
            return beside
    except OSError:
        return None
    return shipped(target) if re.fullmatch(r"[\w-]+", target) else None


def _bytes(path: pathlib.Path, drafts: Drafts | None) -> bytes:
    """The start of a file, as far as one may be read. Raises `OSError`, for pipes and devices too:
    they may have no end.
    """
    draft = drafts.get(path.resolve()) if drafts else None
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


def _laid_over_each_other(chain: _Chain) -> Node:
    """The trees merged, the last extended first; the first file's place is the document's."""
    merged: Node | None = None
    for tree in reversed(chain.trees):
        without = tree.content.get("without")
        if without is not None:
            merged, removed, found = remove(merged, without)
            chain.removed += removed
            chain.found += found
        if merged is None:
            merged = tree
            continue
        base = {k: v for k, v in merged.content.items() if k not in ("extends", "without")}
        merged, notes = merge(merged.with_content(base), tree)
        chain.found += notes if tree is chain.trees[0] else ()  # the others are not the author's
    assert merged is not None
    return merged
