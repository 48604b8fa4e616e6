"""Repairs that a finding implies: a misspelled name, where only one other can be meant."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ganforge.diagnostics.diagnostic import Diagnostic, Edit, Fix, Span
from ganforge.diagnostics.suggest import Suggestion

_MOST_TRIED = 100
"""So many repairs of a report are tried; more are found when these are done."""


def with_fixes(found: Iterable[Diagnostic], texts: Mapping[str, str]) -> list[Diagnostic]:
    """The findings, with a fix where their help offers the only name that can be meant.

    texts: of the files that may be repaired, by name.
    """
    result, tried = [], 0
    for finding in found:
        if isinstance(finding.help, Suggestion):
            fix = None
            if finding.fix is None and tried < _MOST_TRIED:
                fix, tried = _renaming(finding.span, finding.help, texts), tried + 1
            finding = replace(finding, help=str(finding.help), fix=finding.fix or fix)
        result.append(finding)
    return result


def _renaming(span: Span | None, help: Suggestion, texts: Mapping[str, str]) -> Fix | None:
    """The edit that writes the name; None where another may be meant, the place has the word not
    once, or the name is taken.
    """
    if span is None or span.file not in texts or span.line != span.end_line or not help.sure:
        return None
    text = texts[span.file]
    written = _Offsets(text).text(span)
    token = re.escape(help.word)
    if re.match(r"\w", help.word):
        token = rf"(?<![\w-]){token}(?![\w-])"
    places = [match.span() for match in re.finditer(token, written)]
    if len(places) != 1:
        return None
    edit = Edit(span.part(*places[0]), help.meant)
    if not reads(apply_edits(text, [edit])):
        return None
    return Fix(f"write `{help.meant}` for `{help.word}`", (edit,))


def reads(text: str) -> bool:
    """Whether a text is TOML."""
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def reads_on(text: str, before: str) -> bool:
    """Whether a text is TOML or, where it was none before, at least up to a later place."""
    later, earlier = _unread(text), _unread(before)
    return later is None or (earlier is not None and later > earlier)


def _unread(text: str) -> tuple[int, int] | None:
    """Line and column from which a text is no TOML, with (0, 0) where that is not known."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)\)$", str(error))
        return (int(found[1]), int(found[2])) if found else (0, 0)
    except (ValueError, RecursionError):
        return (0, 0)
    return None


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text with edits that do not overlap; all else stays as it is, byte for byte."""
    places = _Offsets(text)
    for edit in sorted(edits, key=lambda e: (e.span.line, e.span.column), reverse=True):
        start, end = places.of(edit.span)
        text = text[:start] + edit.text + text[end:]
    return text


class _Offsets:
    """Where the spans of a text begin and end. A line ends with a line feed, as TOML has it."""

    def __init__(self, text: str) -> None:
        self._text, self._starts = text, [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def of(self, span: Span) -> tuple[int, int]:
        start = self._starts[span.line - 1] + span.column - 1
        return start, self._starts[span.end_line - 1] + span.end_column - 1

    def text(self, span: Span) -> str:
        start, end = self.of(span)
        return self._text[start:end]
