"""A comparison of two specs as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ganforge.diff.brief import in_brief
from ganforge.diff.changes import Change, Difference, Entry, LayerChange, NetworkChange
from ganforge.diff.rows import Row

SIGNS = {"added": "+", "removed": "-", "changed": "~", "same": " "}


def as_text(found: Difference) -> str:
    """Sections of what changed, the networks with their layers, and the numbers of weights."""
    lines = [f"{found.before} -> {found.after}"]
    if not found:
        return "\n".join([*lines, "", "No differences."])
    for title, changes in in_brief(found.sections).items():
        if changes and title != "Findings":
            lines += ["", title, *(f"  {line_of(change)}" for change in changes)]
    for network in found.networks:
        if network.changed:
            lines += ["", *_network(network)]
    if found.sections["Findings"]:
        lines += ["", "Findings", *(f"  {line_of(c)}" for c in found.sections["Findings"])]
    return "\n".join([*lines, "", "Weights", *_weights(found.networks)])


def line_of(change: Change) -> str:
    """A change on one line."""
    values = " -> ".join(value for value in (change.before, change.after) if value is not None)
    return f"{SIGNS[change.kind]} {change.key}: {values}"


def _network(network: NetworkChange) -> Iterator[str]:
    yield title_of(network)
    yield from (f"  {line_of(change)}" for change in network.settings)
    yield from (f"  {line}" for line in layer_lines(network.layers))


def title_of(network: NetworkChange) -> str:
    """`G`, `G (added)`, `G -> Generator`."""
    if network.before is None:
        return f"{network.after} (added)"
    if network.after is None:
        return f"{network.before} (removed)"
    same = network.before == network.after
    return network.before if same else f"{network.before} -> {network.after} (renamed)"


def layer_lines(entries: tuple[Entry, ...], depth: int = 0) -> list[str]:
    """Layers as lines that begin with `+`, `-`, or a blank for what did not change.

    `64..256` and `× 3` stand for the first and last of the turns of a loop.
    """
    if all(entry.first.kind == "same" for entry in entries):
        return []
    rows = [row for entry in entries for row in _entry(entry, depth)]
    width = max((len(text) for _, text, shape in rows if shape), default=0)
    return [f"{sign} {text.ljust(width)}  {shape}".rstrip() for sign, text, shape in rows]


def _entry(entry: Entry, depth: int) -> Iterator[tuple[str, str, str]]:
    first, last = entry.first, entry.last
    margin = "  " * depth
    repeated = f", × {entry.times}" if entry.times > 1 else ""
    if entry.run:
        yield " ", margin + _unchanged(first, entry.times), ""
        return
    notes = f"  ({'; '.join(first.notes)})" if first.notes else ""
    for sign, row, final in _sides(first, last):
        told = "" if sign == "-" else notes
        yield sign, f"{margin}{_span(row, final)}{repeated}{told}", _shapes(row, final)
    for line in layer_lines(first.inner, depth + 1):
        yield line[0], line[2:], ""


def _sides(first: LayerChange, last: LayerChange) -> Iterator[tuple[str, Row, Row]]:
    """The layer before and after; once, where only its name, its wiring or its insides differ."""
    one, other = first.before, first.after
    if one is not None and other is not None and one.text == other.text:
        yield SIGNS[first.kind], other, last.after or other
        return
    if one is not None:
        yield "-", one, last.before or one
    if other is not None:
        yield "+", other, last.after or other


def _unchanged(first: LayerChange, times: int) -> str:
    assert first.after is not None
    if times == 1:
        return first.after.text
    return f"... {times} layers" + (" in other shapes" if first.reshaped else "")


def _span(first: Row, last: Row) -> str:
    text = _from_to(first.text, last.text)
    return f"{first.name} = {text}" if first.name else text


def _from_to(first: str, last: str) -> str:
    """A call in the first and the last turn: `Conv2d(64..256, 3)`."""
    mine, others = (re.split(r"([(),]\s*)", text) for text in (first, last))
    if len(mine) != len(others):
        return f"{first} .. {last}"
    return "".join(a if a == b else f"{a}..{b}" for a, b in zip(mine, others, strict=True))


def _shapes(first: Row, last: Row) -> str:
    if first.shape == last.shape:
        return first.shape
    return f"{first.shape} .. {last.shape}"


def _weights(networks: tuple[NetworkChange, ...]) -> Iterator[str]:
    rows = weight_rows(networks)
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for name, before, after, change in rows:
        cells = (name.ljust(widths[0]), before.rjust(widths[1]), "->", after.rjust(widths[2]))
        yield f"  {' '.join(cells)}  {change.rjust(widths[3])}".rstrip()


def weight_rows(networks: tuple[NetworkChange, ...]) -> list[tuple[str, str, str, str]]:
    """By network and in all: the weights before and after, and the difference."""
    rows = [(title_of(n), *_counted(*_both(n))) for n in networks]
    before, after = zip(*(_both(network) for network in networks), strict=True)
    return [*rows, ("all", *_counted(_sum(before), _sum(after)))]


def _both(network: NetworkChange) -> tuple[int | None, int | None]:
    """The weights before and after: 0 where a spec has no such network, None where unknown."""
    before, after = network.weights
    return 0 if network.before is None else before, 0 if network.after is None else after


def _sum(counts: tuple[int | None, ...]) -> int | None:
    return None if None in counts else sum(count or 0 for count in counts)


def _counted(before: int | None, after: int | None) -> tuple[str, str, str]:
    change = ""
    if before is not None and after is not None:
        change = f"{after - before:+,}" if after != before else "same"
    return _count(before), _count(after), change


def _count(weights: int | None) -> str:
    return "unknown" if weights is None else f"{weights:,}"
