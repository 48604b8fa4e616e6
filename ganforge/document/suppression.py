"""Comments that suppress findings: `# ganforge: ignore[GF703] why`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from ganforge.diagnostics import rules
from ganforge.diagnostics.diagnostic import Diagnostic, Edit, Fix, Rule, Severity, Span
from ganforge.diagnostics.report import Suppressed
from ganforge.diagnostics.rules.document import (
    CANNOT_SUPPRESS,
    NO_REASON,
    SUPPRESSION_FORM,
    UNKNOWN_SUPPRESSION,
    UNUSED_SUPPRESSION,
)
from ganforge.diagnostics.suggest import near_rule
from ganforge.document.positions import comments
from ganforge.document.tree import Document

OF_COMMENTS = (
    NO_REASON,
    UNUSED_SUPPRESSION,
    UNKNOWN_SUPPRESSION,
    CANNOT_SUPPRESS,
    SUPPRESSION_FORM,
)
"""The rules about these comments; no comment suppresses them."""

# A search for these takes time in proportion to the text, whatever stands in it. They are compiled
# for the specs that have such comments, which most have not.
_MARKS = ("ganforge:", "ganforge :", "ganforge ignore")
_FORM = r"#\s*ganforge\s*:\s*ignore\s*\[(?P<names>[^\]#]*)\](?P<reason>.*)"
_MEANT = r"(?i)#\s*ganforge\s*(:\s*(ignor|noqa|disabl|suppress|\w+\s*\[)|ignore\s*\[)"
_HELP = "write `# ganforge: ignore[CODE] why`, with one code or several, such as `ignore[GF703]`"


class _Comment(NamedTuple):
    """A comment that suppresses: the line it holds for, where it stands, and what it names.

    whole: what goes with the comment: blanks before it, or the line in which it stands alone.
    """

    line: int
    reason: str
    whole: Span
    names: tuple[tuple[str, Span], ...]


class _Entry(NamedTuple):
    """One rule that a comment suppresses.

    place: which of the comment's names it is. again: whether the comment named the rule before.
    """

    rule: Rule
    comment: _Comment
    place: int
    again: bool

    @property
    def span(self) -> Span:
        return self.comment.names[self.place][1]


def suppress(
    found: Iterable[Diagnostic],
    document: Document,
    *,
    complete: bool,
    known: Mapping[str, Rule] = rules.ALL,
) -> tuple[list[Diagnostic], tuple[Suppressed, ...]]:
    """The findings without those that comments suppress, with what is wrong with the comments;
    and the suppressed ones.

    The comments of a file that the spec extends hold too, and are judged when that file is checked.
    complete: whether all passes ran on the spec as it is written, so that a comment that
    suppresses nothing is unused. known: the rules by code, those of plugins too.
    """
    kept, own = list(found), document.name
    entries: list[_Entry] = []
    for file, text in document.texts.items():
        if any(mark in text for mark in _MARKS):
            problems, more = _read(text, file, known)
            kept += problems if file == own else []
            entries += more
    if not entries:
        return kept, ()
    kept, suppressed, used = _divided(kept, entries, document)
    mine = (entry for entry in entries if entry.span.file == own)
    idle = [e for e in mine if e.again or (complete and e.span not in used)]
    return kept + _unused(idle), tuple(suppressed)


def _divided(
    found: Sequence[Diagnostic], entries: Sequence[_Entry], document: Document
) -> tuple[list[Diagnostic], list[Suppressed], set[Span]]:
    at = {(e.span.file, e.comment.line, e.rule.code): e for e in entries if not e.again}
    kept, suppressed, used = [], [], set[Span]()
    for finding in found:
        span, extends = finding.span, document.extends
        entry = at.get((span.file, span.line, finding.code)) if span else None
        if entry is None and extends and span and span.file != extends.file:
            entry = at.get((extends.file, extends.line, finding.code))
        if entry is None or finding.severity is Severity.ERROR:
            kept.append(finding)
        else:
            suppressed.append(Suppressed(finding, "comment", entry.comment.reason, entry.span))
            used.add(entry.span)
    return kept, suppressed, used


def _unused(entries: Iterable[_Entry]) -> list[Diagnostic]:
    """What is said of the entries that suppress nothing."""
    by_comment: dict[Span, list[_Entry]] = {}
    for entry in entries:
        by_comment.setdefault(entry.comment.whole, []).append(entry)
    return [_idle(e, {e.place for e in group}) for group in by_comment.values() for e in group]


def _idle(entry: _Entry, gone: Collection[int]) -> Diagnostic:
    """gone: the places of this comment's names that suppress nothing."""
    named = f"{entry.rule.code} ({entry.rule.slug})"
    fix = _removal(entry, gone)
    if entry.again:
        message, help = f"{named} is named twice in this comment", "once is enough"
    else:
        message, help = f"{named} reports nothing at this place", fix.title
    return UNUSED_SUPPRESSION.at(entry.span, message, help=help, fix=fix)


def _removal(entry: _Entry, gone: Collection[int]) -> Fix:
    """Takes the name out of the comment, or the comment away where no name of it remains.

    What is taken out with each of several names does not overlap.
    """
    names, place = entry.comment.names, entry.place
    if len(gone) == len(names):
        return Fix("remove the comment", (Edit(entry.comment.whole, ""),))
    name, span = names[place]
    first_kept = next(other for other in count() if other not in gone)
    if first_kept < place:
        start, end = names[place - 1][1].end_column, span.end_column
    else:
        start, end = span.column, names[place + 1][1].column
    part = Span(span.file, span.line, start, span.line, end)
    return Fix(f"remove `{name}` from the comment", (Edit(part, ""),))


def _read(text: str, file: str, known: Mapping[str, Rule]) -> tuple[list[Diagnostic], list[_Entry]]:
    """What the comments of a file suppress, and what is wrong with them."""
    problems: list[Diagnostic] = []
    entries: list[_Entry] = []
    lines = text.split("\n")
    for written, span in comments(text, file):
        form = re.search(_FORM, written)
        if form is None:
            if meant := re.search(_MEANT, written):
                place = span.part(meant.start(), len(written.rstrip()))
                problems.append(
                    SUPPRESSION_FORM.at(place, "this comment suppresses nothing", help=_HELP)
                )
            continue
        comment = _comment(form, span, lines)
        if not comment.reason:
            message = "this comment does not say why the rule is suppressed"
            whole = span.part(form.start(), len(written.rstrip()))
            problems.append(NO_REASON.at(whole, message, help="write the reason behind the `]`"))
        named = Counter[str]()
        for nth, (name, where) in enumerate(comment.names):
            rule = _rule(name, known)
            if rule is None or rule.severity is Severity.ERROR or rule in OF_COMMENTS:
                problems.append(_refused(name, rule, where, known))
                continue
            named[rule.code] += 1
            if named[rule.code] <= 2:
                entries.append(_Entry(rule, comment, nth, again=named[rule.code] == 2))
    return problems, entries


def _comment(form: re.Match[str], span: Span, lines: Sequence[str]) -> _Comment:
    """span: of the comment in which this form stands."""
    return _Comment(
        _meant_line(lines, span.line),
        form["reason"].strip(" \t\r-:"),
        _whole(form, span, lines),
        tuple(_names(form, span)),
    )


def _whole(form: re.Match[str], span: Span, lines: Sequence[str]) -> Span:
    """What of a line goes with the comment: not what stands before it, another comment behind it,
    or the line's end if anything else remains.
    """
    line = lines[span.line - 1]
    start = span.column - 1 + form.start()
    before = line[:start].rstrip()
    if other := re.search(r"\s#\s", form["reason"]):
        end = span.column + form.start("reason") + other.start()
        return Span(span.file, span.line, start + 1, span.line, end + 1)
    if not before and span.line < len(lines):
        return Span(span.file, span.line, 1, span.line + 1, 1)
    end = len(line.removesuffix("\r"))
    return Span(span.file, span.line, len(before) + 1, span.line, end + 1)


def _meant_line(lines: Sequence[str], line: int) -> int:
    """The line of a comment or, where it stands alone, the next that is more than a comment."""
    while line < len(lines) and lines[line - 1].lstrip().startswith("#"):
        line += 1
    return line


def _names(form: re.Match[str], span: Span) -> Iterator[tuple[str, Span]]:
    start = form.start("names")
    parts = list(re.finditer(r"[^,\s]+|(?<=,)(?=\s*,)", form["names"]))
    for part in parts:
        end = max(part.end(), part.start() + 1)  # where a name is missing, at the comma
        yield part[0], span.part(start + part.start(), start + end)
    if not parts:
        yield "", span.part(start - 1, form.end("names") + 1)


def _rule(name: str, known: Mapping[str, Rule]) -> Rule | None:
    by_slug = (rule for rule in known.values() if rule.slug == name)
    return known.get(name.upper()) or next(by_slug, None)


def _refused(name: str, rule: Rule | None, span: Span, known: Mapping[str, Rule]) -> Diagnostic:
    if not name:
        return SUPPRESSION_FORM.at(span, "this comment names no rule", help=_HELP)
    if rule is None:
        message = f"there is no rule `{name}`"
        return UNKNOWN_SUPPRESSION.at(span, message, help=near_rule(name, known, "rule"))
    if rule in OF_COMMENTS:
        message = f"{rule.code} ({rule.slug}) is about comments such as this one"
        return CANNOT_SUPPRESS.at(span, message, help=f"`--ignore {rule.code}` leaves it out")
    message = f"{rule.code} ({rule.slug}) is an error, and errors cannot be suppressed"
    return CANNOT_SUPPRESS.at(span, message, help="repair it, and remove it from the comment")
