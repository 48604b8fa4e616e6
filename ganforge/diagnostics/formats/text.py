"""A report as text for a terminal: the message, the line it is about, and what to do."""

from __future__ import annotations

import unicodedata
from collections import Counter

from ganforge.diagnostics.diagnostic import Diagnostic, Label, Severity, Span
from ganforge.diagnostics.report import Report
from ganforge.diagnostics.sources import Sources

_COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}
_BLUE, _BOLD, _RESET = "\x1b[1;34m", "\x1b[1m", "\x1b[0m"
_WIDEST = 160
MOST = 20
"""Findings that fill a screen or two: more are not read one by one."""


def render(report: Report, *, color: bool, whole: bool = False) -> str:
    """Diagnostics with their source lines and carets, and a closing count.

    Of very many the gravest are shown and the others counted by rule, unless all are wanted.
    """
    lines_of = Sources(report.texts)
    found = report.diagnostics
    shown = set(found if whole else sorted(found, key=_gravity)[:MOST])
    parts = [_full(diagnostic, lines_of, color) for diagnostic in found if diagnostic in shown]
    left = [diagnostic for diagnostic in found if diagnostic not in shown]
    return "\n\n".join([*parts, *([_counted(left)] if left else []), summary(report)])


def _gravity(diagnostic: Diagnostic) -> int:
    return tuple(Severity).index(diagnostic.severity)


def _counted(left: list[Diagnostic]) -> str:
    """How many findings of which rules are not shown, and how to see them."""
    rules = Counter(f"{diagnostic.code} {diagnostic.slug}" for diagnostic in left)
    lines = [f"  {count} x {rule}" for rule, count in rules.most_common()]
    more = "1 more finding is" if len(left) == 1 else f"{len(left)} more findings are"
    ways = "`ganforge check --format concise` has a line for each, `--select RULE` shows one rule"
    return "\n".join([f"{more} not shown ({ways}):", *lines])


def render_concise(report: Report, *, color: bool) -> str:
    """One line for every diagnostic, and a closing count."""
    parts = []
    for diagnostic in report.diagnostics:
        place = f"{_where(diagnostic.span)}: " if diagnostic.span else ""
        parts.append(f"{place}{_head(diagnostic, color)}")
    return "\n".join([*parts, summary(report)])


def summary(report: Report) -> str:
    """How many findings there are of each severity, in a sentence."""
    if not report.diagnostics:
        return "No problems found."
    counts = []
    for severity in Severity:
        count = sum(d.severity is severity for d in report.diagnostics)
        if count:
            counts.append(f"{count} {severity}{'s' if count > 1 else ''}")
    return f"Found {', '.join(counts)}."


def _full(diagnostic: Diagnostic, lines: Sources, color: bool) -> str:
    out = [_head(diagnostic, color)]
    labels = [label for label in diagnostic.related if label.text]
    width = _margin(diagnostic.span, labels)
    if diagnostic.span is not None:
        out.append(f"{' ' * width}{_blue('-->', color)} {_where(diagnostic.span)}")
        out += _frame(diagnostic.span, "", lines, width, color, _COLORS[diagnostic.severity])
    for label in labels:
        out.append(f"{' ' * width}{_blue(':::', color)} {_where(label.span)}")
        out += _frame(label.span, label.text, lines, width, color, "1;34")
    if diagnostic.help:
        out.append(f"{' ' * width} {_blue('=', color)} {_bold('help', color)}: {diagnostic.help}")
    return "\n".join(out)


def _margin(span: Span | None, labels: list[Label]) -> int:
    numbers = [label.span.line for label in labels] + ([span.line] if span else [])
    return max((len(str(number)) for number in numbers), default=1)


def _head(diagnostic: Diagnostic, color: bool) -> str:
    title = f"{diagnostic.severity}[{diagnostic.code}]"
    if not color:
        return f"{title}: {diagnostic.message}"
    painted = f"\x1b[{_COLORS[diagnostic.severity]}m{title}{_RESET}"
    return f"{painted}{_BOLD}: {diagnostic.message}{_RESET}"


def _where(span: Span) -> str:
    return f"{span.file}:{span.line}:{span.column}"


def _frame(span: Span, text: str, lines: Sources, width: int, color: bool, paint: str) -> list[str]:
    """The source line with carets under the span; of a span over several lines, its first."""
    source = lines.line(span.file, span.line)
    if source is None:
        return [f"{' ' * width} {_blue('=', color)} {text}"] if text else []
    end = span.end_column if span.end_line == span.line else len(source) + 1
    shown, start, end = _clipped(source, span.column - 1, max(end - 1, span.column))
    carets = ("-" if text else "^") * max(1, _cells(shown[start:end]))
    under = f"{' ' * _cells(shown[:start])}{carets}{f' {text}' if text else ''}"
    if color:
        under = f"\x1b[{paint}m{under}{_RESET}"
    bar = _blue("|", color)
    return [
        f"{' ' * width} {bar}",
        f"{_blue(str(span.line).rjust(width), color)} {bar} {shown}".rstrip(),
        f"{' ' * width} {bar} {under}",
    ]


def _clipped(source: str, start: int, end: int) -> tuple[str, int, int]:
    """A line cut to what a terminal shows, around the span; tabs and control signs as blanks."""
    clean = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in source)
    if len(clean) <= _WIDEST:
        return clean, start, end
    first = max(0, min(start - 20, len(clean) - _WIDEST))
    last = first + _WIDEST
    head, tail = "..." if first else "", "..." if last < len(clean) else ""
    shift = len(head) - first
    end = min(end, last)
    return f"{head}{clean[first:last]}{tail}", start + shift, end + shift


def _cells(text: str) -> int:
    """The columns that a text takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(unicodedata.combining(sign) > 0 for sign in text)


def _blue(text: str, color: bool) -> str:
    return f"{_BLUE}{text}{_RESET}" if color else text


def _bold(text: str, color: bool) -> str:
    return f"{_BOLD}{text}{_RESET}" if color else text
