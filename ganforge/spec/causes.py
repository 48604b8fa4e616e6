"""One param that does not do where it is used is one mistake, at however many places it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Label
from ganforge.document import Document, Path
from ganforge.spec.findings import lookup
from ganforge.spec.origins import given_behind, label_of

OF_NUMBERS = ("GF105", "GF114", "GF115", "GF119")
OF_WORDS = ("GF110", "GF801")
"""Rules that a value breaks; words name params in braces."""
MOST_LABELS = 3
"""Further places that a report shows."""


def told_once(found: Iterable[Diagnostic], document: Document) -> list[Diagnostic]:
    """The findings; of those of one rule that the same params bring about the first stays, and
    names the others' places.
    """
    listed = list(found)
    groups: dict[tuple[str, tuple[str, ...]], list[Diagnostic]] = {}
    for finding in listed:
        if (params := _params(finding, document)) and finding.span:
            groups.setdefault((finding.code, params), []).append(finding)
    merged: dict[int, Diagnostic | None] = {}
    for (_, params), members in groups.items():
        members.sort(key=lambda d: (_reach(d, document), _place(d, document)))
        if len({member.span for member in members}) > 1 or members[0].code in OF_WORDS:
            merged |= {id(member): None for member in members}
            merged[id(members[0])] = _turned(members, params, document)
    kept = (merged.get(id(finding), finding) for finding in listed)
    return [finding for finding in kept if finding is not None]


def _reach(finding: Diagnostic, document: Document) -> int:
    """How many params a number that is no whole one comes from: the fewer, the plainer."""
    if finding.code != "GF105":
        return 0
    return len(given_behind(lookup(document, _steps(finding.path)), document.values["params"]))


def _place(finding: Diagnostic, document: Document) -> tuple[int, int, int]:
    assert finding.span is not None
    return document.distance(finding.span), finding.span.line, finding.span.column


def _merged(members: list[Diagnostic], params: tuple[str, ...], document: Document) -> Diagnostic:
    first = members[0]
    labels = {label.span: label for label in first.related}
    for name in params:
        if (label := label_of(name, document)) is not None:
            labels.setdefault(label.span, label)
    others = {m.span: m for m in members if m.span not in (first.span, None, *labels)}
    for place, other in list(others.items())[:MOST_LABELS]:
        assert place is not None
        more = "" if other.message == first.message else f": {other.message}"
        labels[place] = Label(place, f"here too{more}")
    return replace(first, related=tuple(labels.values()))


def _turned(members: list[Diagnostic], params: tuple[str, ...], document: Document) -> Diagnostic:
    """The merged finding, at the author's own line where that gives a word to what is extended."""
    finding = _merged(members, params, document)
    assert finding.span is not None
    given = [label for name in params if (label := label_of(name, document))]
    own = min(given, key=lambda label: document.distance(label.span), default=None)
    if own is None or document.distance(own.span) >= document.distance(finding.span):
        return finding
    others = (label for label in finding.related if label.span not in (own.span, document.extends))
    related = (Label(finding.span, "it shows here"), *others)
    help = str(finding.help) if finding.help else None  # no repair: the word is declared here
    return replace(finding, span=own.span, related=related, help=help)


def _params(finding: Diagnostic, document: Document) -> tuple[str, ...]:
    """The params with a value of their own that what a finding is about is computed from."""
    path = _steps(finding.path)
    value, params = lookup(document, path), document.values.get("params")
    if not isinstance(value, str) or not isinstance(params, dict) or path[0] == "blocks":
        return ()
    if finding.code in OF_WORDS:
        value = " ".join(re.findall(r"\{(\w+)\}", value))
    elif finding.code not in OF_NUMBERS:
        return ()
    if path[0] == "params" and finding.code != "GF105":
        return ()
    given = given_behind(value, params)
    if finding.code in ("GF105", "GF115") and (odd := _odd(given, params)):
        return (odd,)
    fit = re.match(r"write `(\w+) = ", finding.help or "")
    return (fit[1],) if fit and finding.code == "GF105" else tuple(sorted(given))


def _odd(names: Iterable[str], params: dict[str, Any]) -> str | None:
    """The one param that is no whole number above 0, where all others are."""
    odd = [n for n in names if isinstance(params[n], int | float) and not _is_count(params[n])]
    return odd[0] if len(odd) == 1 else None


def _is_count(value: float) -> bool:
    return value > 0 and value == int(value)


def _steps(path: str) -> Path:
    """A path as `dotted` writes it, in its steps."""
    parts: list[Any] = re.findall(r"\[(\d+)\]|([^.\[\]]+)", path)
    return tuple(int(index) if index else key for index, key in parts)
