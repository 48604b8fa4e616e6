"""What follows from another finding is not told: one mistake is one report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Label, Severity
from ganforge.diagnostics.suggest import Suggestion
from ganforge.document import Document
from ganforge.spec.findings import lookup

MOST_COMPARED = 200
"""Findings that are compared with each other; more are no slip, and take their time."""
MOST_LABELS = 3
"""Further places that a report shows."""

Follows = Callable[[Diagnostic, Sequence[Diagnostic], Document], bool]


def without_consequences(found: Iterable[Diagnostic], document: Document) -> list[Diagnostic]:
    """The findings of a spec with errors, without those that others of them bring about. One name
    that is not known in `[flow]`, `[losses]` and `[sample]` is told once.
    """
    found = list(found)
    if len(found) > MOST_COMPARED:
        return found
    kept = [d for d in found if not any(follows(d, found, document) for follows in _FOLLOW)]
    sound = not any(d.severity is Severity.ERROR for d in kept)
    return list(_named_once(found if sound else kept))


def _of_table(finding: Diagnostic, found: Sequence[Diagnostic], document: Document) -> bool:
    """A table that is missing, or a name of it, where that table has another name: `[network]`."""
    for table in found:
        if table.code != "GF102" or not isinstance(table.help, Suggestion) or "." in table.path:
            continue
        names = set(_table(document, table.path))
        if finding.code == "GF116" and f"`[{table.help.meant}]`" in finding.message:
            return True
        if finding.code == "GF201" and names & set(_named(finding)):
            return True
    return False


def _of_field(finding: Diagnostic, found: Sequence[Diagnostic], document: Document) -> bool:
    """A field that the data does not have, where a condition misses it too."""
    if finding.code != "GF201" or finding.path.startswith("conditioning."):
        return False
    for other in found:
        match = re.fullmatch(r"conditioning\.(\w+)\.field", other.path)
        field = lookup(document, ("conditioning", match[1], "field")) if match else None
        if other.code == "GF201" and field in _named(finding):
            return True
    return False


def _of_loss(finding: Diagnostic, found: Sequence[Diagnostic], document: Document) -> bool:
    """A warning about a loss that has no meaning as it is."""
    if not finding.code.startswith("GF7"):
        return False
    wrong = {d.path.split(".")[1] for d in found if d.code == "GF405" and d.path.count(".") > 1}
    places = {document.span(("losses", name), key=True) for name in wrong}
    return bool(places & {finding.span, *(label.span for label in finding.related)} - {None})


def _of_sizes(finding: Diagnostic, found: Sequence[Diagnostic], document: Document) -> bool:
    """Two sides of a game that differ in the sizes for which a network is told not to do."""
    pair = set(re.findall(r"samples of (.+) and generated ones of (.+)$", finding.message))
    called = r"is called with (.+), and its layers were sized for (.+)$"
    pairs = {p for d in found if d.code == "GF309" for p in re.findall(called, d.message)}
    return finding.code == "GF310" and bool(pair & {*pairs, *((b, a) for a, b in pairs)})


def _of_levels(finding: Diagnostic, found: Sequence[Diagnostic], document: Document) -> bool:
    """What asks for a level that no stage sets, said once, and not where a level cannot be read."""
    stages = _table(document, "stages").values()
    grown = any("level" in stage for stage in stages if isinstance(stage, dict))
    if grown and any(d.code in _UNCOMPUTED for d in found):
        return finding.code == "GF605"
    asking = [
        (document.distance(d.span), d.span.line, k)
        for k, d in enumerate(found)
        if d.code == "GF605" and d.span
    ]
    first = found[min(asking)[2]] if asking else None
    if first is None:
        return False
    return finding.code == "GF720" or (finding.code == "GF605" and finding is not first)


def _of_removal(finding: Diagnostic, found: Sequence[Diagnostic], document: Document) -> bool:
    """A warning about what was meant to go, by a name that `without` has not quite."""
    meant = {d.help.meant for d in found if d.code == "GF109" and isinstance(d.help, Suggestion)}
    return finding.code.startswith("GF7") and finding.path in meant


def _of_block(finding: Diagnostic, found: Sequence[Diagnostic], document: Document) -> bool:
    """The use of a block, or of a param, whose own name cannot be read."""
    bad = [d.path.split(".") for d in found if d.code == "GF101"]
    blocks = {path[1] for path in bad if path[0] == "blocks" and len(path) == 2}
    if finding.code == "GF801":
        return isinstance(finding.help, Suggestion) and finding.help.meant in blocks
    parts = {part for path in bad if path[0] == "params" for part in re.split(r"\W", path[-1])}
    return finding.code == "GF106" and bool(parts & set(_named(finding)))


def _of_absent_loss(finding: Diagnostic, found: Sequence[Diagnostic], document: Document) -> bool:
    """What only a loss needs that no stage computes."""
    if finding.code not in ("GF213", "GF214", "GF402"):
        return False
    absent = [d.path.split(".")[1] for d in found if d.code == "GF603"]
    losses, flow = _table(document, "losses"), _table(document, "flow")
    names: set[str] = set()
    left = [str(losses.get(name)) for name in absent]
    while left:
        fresh = set(re.findall(r"[A-Za-z_]\w*", left.pop())) - names
        names |= fresh
        left += [str(flow[name]) for name in fresh if name in flow]
    return bool(names & set(_named(finding)))


def _of_unnamed(finding: Diagnostic, found: Sequence[Diagnostic], document: Document) -> bool:
    """A name that a table would give whose entries have no names."""
    unnamed = [d for d in found if d.code == "GF114" and " by name, and `" in d.message]
    return bool(unnamed) and finding.code in ("GF201", "GF402", "GF213", "GF214", "GF112")


_FOLLOW: tuple[Follows, ...] = (
    _of_table,
    _of_field,
    _of_loss,
    _of_sizes,
    _of_levels,
    _of_removal,
    _of_block,
    _of_absent_loss,
    _of_unnamed,
)


def _named_once(found: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """The findings; an unknown tensor, network or function of the wiring outside of networks is
    told where it stands first.
    """
    found = [*_outputs_once(found)]
    outside = [d for d in found if d.code == "GF201" and d.path.startswith(_OUTSIDE)]
    for finding in found:
        alike = [d for d in outside if d.message == finding.message]
        if finding not in outside or len(alike) < 2:
            yield finding
        elif finding is alike[0]:
            others = [d.span for d in alike[1:] if d.span and d.span != finding.span]
            labels = tuple(Label(span, "here too") for span in others[:MOST_LABELS])
            yield replace(finding, related=(*finding.related, *labels))


def _outputs_once(found: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """The findings; an output that a network lacks is told once."""
    told: set[str] = set()
    for finding in found:
        lacks = re.search(r"has no output `(\w+)`$", finding.message)
        if finding.code == "GF205" and lacks:
            if f"{lacks[1]}: {finding.help}" in told:
                continue
            told.add(f"{lacks[1]}: {finding.help}")
        yield finding


_UNCOMPUTED = ("GF105", "GF106", "GF107", "GF114", "GF119", "GF120")
"""Rules by which a formula has no value."""
_OUTSIDE = ("flow.", "losses.", "sample.", "stages.")


def _table(document: Document, name: str) -> dict[str, Any]:
    """A table as it is written, empty where it is none."""
    table = document.values.get(name)
    return table if isinstance(table, dict) else {}


def _named(finding: Diagnostic) -> list[str]:
    """The first name of a message."""
    return re.findall(r"`(\w+)`", finding.message)[:1]
