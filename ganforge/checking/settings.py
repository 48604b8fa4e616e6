"""`[tool.ganforge]` of a `pyproject.toml`: what a project always asks of `ganforge check`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from ganforge.checking.selection import EVERYTHING, Choice, UnknownRule, codes_of
from ganforge.diagnostics.diagnostic import Diagnostic, Severity
from ganforge.diagnostics.fixes import with_fixes
from ganforge.diagnostics.formats import Format
from ganforge.diagnostics.report import Report
from ganforge.diagnostics.rules.document import NOT_A_CHOICE, UNKNOWN_KEY, WRONG_TYPE
from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document.toml import read
from ganforge.document.tree import Node, plain
from ganforge.formula.evaluate import shown

if TYPE_CHECKING:
    from ganforge.checking.walk import Patterns

FILE = "pyproject.toml"


class BadSettings(Exception):
    """The settings have mistakes; `report` tells them, each at its place.

    form: the format that the settings ask for, as far as they can be read.
    """

    def __init__(self, report: Report, form: Format | None = None) -> None:
        super().__init__(str(report))
        self.report, self.form = report, form


class Settings(NamedTuple):
    """What a project asks for; None where it leaves that to the command."""

    choice: Choice = EVERYTHING
    fail_on: Severity | None = None
    form: Format | None = None
    baseline: Path | None = None
    exclude: Patterns | None = None
    per_file: tuple[tuple[Patterns, frozenset[str]], ...] = ()

    def excludes(self, path: str | Path) -> bool:
        """Whether `exclude` names a path, or a folder that it lies in."""
        if self.exclude is None:
            return False
        own = Path(os.path.abspath(path))
        folders = any(self.exclude.matches(folder, is_folder=True) for folder in own.parents)
        return folders or bool(self.exclude.matches(own, is_folder=own.is_dir()))


def settings_for(paths: Iterable[str | Path]) -> Settings:
    """The settings in the nearest `pyproject.toml` that has some, in the folder that holds all
    the paths or above it. Raises `BadSettings`.
    """
    start = _common_folder(paths)
    for folder in (start, *start.parents):
        file = folder / FILE
        try:
            text = file.read_bytes().decode("utf-8-sig", "replace")
        except OSError:
            continue
        if "ganforge" in text and (found := _read(text, file)) is not None:
            return found
    return Settings()


def _common_folder(paths: Iterable[str | Path]) -> Path:
    named = [Path(os.path.abspath(path)) for path in paths if os.path.exists(path)]
    folders = [path if path.is_dir() else path.parent for path in named]
    return Path(os.path.commonpath(folders)) if folders else Path.cwd()


def _read(text: str, file: Path) -> Settings | None:
    """The settings in a text; None where it has none."""
    if not _has_table(text):
        return None
    name = os.path.relpath(file)
    root, found = read(text, name)
    tool = root.child("tool") if root else None
    table = tool.child("ganforge") if tool else None
    if table is None:
        raise BadSettings(Report(found, {name: text}))
    reader = _Reader(file.parent)
    settings = reader.settings(table)
    if reader.found:
        report = Report(tuple(with_fixes(reader.found, {name: text})), {name: text})
        raise BadSettings(report, settings.form)
    return settings


def _has_table(text: str) -> bool:
    """Whether a file has the table. Of one that is not TOML, the table's usual header decides."""
    try:
        tool = tomllib.loads(text).get("tool")
    except (ValueError, RecursionError):
        return "[tool.ganforge" in text
    return isinstance(tool, dict) and "ganforge" in tool


class _Reader:
    """Reads the table key by key, and gathers what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: list[Diagnostic] = []

    def settings(self, node: Node) -> Settings:
        keys: dict[str, Callable[[Node], Any]] = {
            "select": lambda value: self._codes(value, "select"),
            "ignore": lambda value: self._codes(value, "ignore"),
            "fail-on": lambda value: self._word(value, "fail-on", [s.value for s in Severity]),
            "format": lambda value: self._word(value, "format", list(get_args(Format))),
            "baseline": self._path,
            "exclude": self._patterns,
            "per-file-ignores": self._per_file,
        }
        if node.table is None:
            self._wrong(node, "`tool.ganforge` must be a table", "write `[tool.ganforge]`")
            return Settings()
        values = {}
        for key, value in node.table.items():
            if key in keys:
                values[key] = keys[key](value)
            else:
                message, help = f"unknown key `{key}`", did_you_mean(key, keys, "key")
                self.found.append(
                    UNKNOWN_KEY.at(value.key, message, help=help, path=f"tool.ganforge.{key}")
                )
        fail_on = values.get("fail-on")
        return Settings(
            Choice(values.get("select"), values.get("ignore") or frozenset()),
            Severity(fail_on) if fail_on else None,
            values.get("format"),
            values.get("baseline"),
            values.get("exclude"),
            values.get("per-file-ignores") or (),
        )

    def _wrong(self, node: Node, message: str, help: str) -> None:
        self.found.append(WRONG_TYPE.at(node.value, message, help=help))

    def _words(self, node: Node, key: str, example: str) -> list[Node]:
        """The words of a list; what is none is told, and left out."""
        if not isinstance(node.content, list):
            message = f"`{key}` must be a list of words in quotes, not {shown(plain(node))}"
            self._wrong(node, message, f"such as `{example}`")
            return []
        words = [item for item in node.content if isinstance(item.content, str)]
        for item in node.content:
            if item not in words:
                message = f"`{key}` holds words in quotes, not {shown(plain(item))}"
                self._wrong(item, message, f"such as `{example}`")
        return words

    def _codes(self, node: Node, key: str) -> frozenset[str]:
        codes: frozenset[str] = frozenset()
        for word in self._words(node, key, '["GF7"]'):
            try:
                codes |= codes_of(word.content)
            except UnknownRule as error:
                message = f"there is no rule `{word.content}`"
                self.found.append(NOT_A_CHOICE.at(word.value, message, help=error.help))
        return codes

    def _word(self, node: Node, key: str, choices: list[str]) -> str | None:
        if node.content in choices:
            return str(node.content)
        help = f"choices: {', '.join(choices)}"
        if isinstance(node.content, str):
            help = did_you_mean(node.content, choices)
        message = f"`{key}` cannot be {shown(plain(node))}"
        self.found.append(NOT_A_CHOICE.at(node.value, message, help=help))
        return None

    def _path(self, node: Node) -> Path | None:
        if not isinstance(node.content, str):
            self._wrong(node, "`baseline` must be a path in quotes", 'such as `"baseline.json"`')
            return None
        return Path(os.path.relpath(self.folder / node.content))

    def _patterns(self, node: Node) -> Patterns | None:
        words = self._words(node, "exclude", '["drafts/"]')
        return self._pattern([word.content for word in words], node)

    def _pattern(self, lines: list[str], node: Node) -> Patterns | None:
        from ganforge.checking.walk import patterns

        try:
            return patterns(self.folder, lines)
        except ValueError:
            self._wrong(node, "this is no pattern of files", 'such as `"old/*.toml"`')
            return None

    def _per_file(self, node: Node) -> tuple[tuple[Patterns, frozenset[str]], ...]:
        if node.table is None:
            self._wrong(node, "`per-file-ignores` must be a table", '`"old/*.toml" = ["GF7"]`')
            return ()
        read: Mapping[str, Node] = node.table
        pairs = [
            (self._pattern([key], value), self._codes(value, key)) for key, value in read.items()
        ]
        return tuple((where, codes) for where, codes in pairs if where is not None)
