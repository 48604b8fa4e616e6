"""Findings of a network's layers that the call of the network explains."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ganforge.diagnostics.diagnostic import Diagnostic, Label, Span
from ganforge.document import Path
from ganforge.formula.errors import FormulaError
from ganforge.spec.findings import SHOWS, Findings
from ganforge.spec.models import NetworkTable


def list_expected(
    name: str, table: NetworkTable, findings: Findings, before: int
) -> FormulaError | None:
    """The mistake of a call, where several layers take elements of an input that is no list: it
    takes the place of what they report. before: where the findings of the layers begin.
    """
    for item in findings.items[before:]:
        match = re.match(r"`(\w+)` is (.+), no list$", item.message)
        alike = [d for d in findings.items[before:] if d.message == item.message]
        if item.code != "GF217" or not match or match[1] not in table.inputs or len(alike) < 2:
            continue
        message = f"`{name}` takes a list as `{match[1]}`, and is given {match[2]}"
        help = f"give it a list, or write `{match[1]}` in its layers"
        span = _shown(item)
        label = (Label(span, "it takes an element here"),) if span else ()
        del findings.items[before:]
        return FormulaError("GF217", message, help, related=label)
    return None


def name_call(
    path: Path,
    told: str,
    given: Mapping[str, tuple[Label, ...]],
    findings: Findings,
    before: int,
) -> None:
    """Names the author's own call, at `path`, of an inherited network that does not do for it, and
    where a list comes from that is too short. told: what the call gives. given: by input.
    """
    short: set[str] = set()
    for k, item in [*enumerate(findings.items)][before:]:
        name = item.message.removeprefix("`").partition("[")[0]
        if item.code == "GF206" and name in given and name in short:
            findings.items.remove(item)  # another element of the same list
        elif item.code == "GF206" and name in given:
            short.add(name)
            plain = replace(item, span=_shown(item), message=re.sub(r" \(.*\)$", "", item.message))
            findings.items[k] = findings.turned(replace(plain, related=given[name]))
    span = findings.document.span(path)
    if span is not None and not findings.document.distance(span):
        findings.annotate(before, Label(span, told), inherited=True)


def _shown(item: Diagnostic) -> Span | None:
    """Where a finding shows, which may stand elsewhere."""
    return next((label.span for label in item.related if label.text == SHOWS), item.span)
