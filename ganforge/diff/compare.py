"""Two compiled specs, compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ganforge.diagnostics.diagnostic import Diagnostic, Severity
from ganforge.diagnostics.report import Report
from ganforge.diff.changes import Change, Difference, Entry, LayerChange, NetworkChange
from ganforge.diff.layers import Comparison, in_short
from ganforge.diff.rows import Row, rows_of
from ganforge.diff.settings import Settings, changes, flat, sections_of
from ganforge.graph.graph import Graph, Network
from ganforge.graph.weights import network_weights
from ganforge.pipeline import Compilation

ALIKE = 0.5
"""Which share of layers two networks of different names must have in common to be one renamed."""


def difference(before: Compilation, after: Compilation, names: tuple[str, str]) -> Difference:
    """What changed between two specs without errors. names: what they are called."""
    assert before.plan is not None and after.plan is not None
    graphs = before.plan.graph, after.plan.graph
    pairs = _pairs(*graphs)
    renamed = {a: b for a, b in pairs if a is not None and b is not None and a != b}
    old, new = sections_of(before.plan), sections_of(after.plan)
    sections = {title: changes(old[title], new[title], renamed) for title in new}
    sections["Findings"] = _findings(before.report, after.report)
    blocks = _blocks(before), _blocks(after)
    networks = tuple(_network(pair, graphs, blocks) for pair in pairs)
    return Difference(*names, sections, networks)


def _blocks(compilation: Compilation) -> Mapping[str, Any]:
    assert compilation.document is not None
    found = compilation.document.values.get("blocks", {})
    return found if isinstance(found, dict) else {}


def _findings(before: Report, after: Report) -> tuple[Change, ...]:
    """Warnings and notes that came or went."""
    old, new = _told(before), _told(after)
    gone = [Change(code, text, None) for code, text in old if (code, text) not in new]
    return (*gone, *(Change(code, None, text) for code, text in new if (code, text) not in old))


def _told(report: Report) -> list[tuple[str, str]]:
    def is_finding(diagnostic: Diagnostic) -> bool:
        return diagnostic.severity is not Severity.ERROR

    return [(d.code, d.message) for d in report.diagnostics if is_finding(d)]


def _pairs(before: Graph, after: Graph) -> list[tuple[str | None, str | None]]:
    """Networks by their names; those that are left by their layers."""
    new = [name for name in after.networks if name not in before.networks]
    pairs: list[tuple[str | None, str | None]] = []
    for name, network in before.networks.items():
        if name in after.networks:
            pairs.append((name, name))
            continue
        likest = max(new, key=lambda n: _likeness(network, after.networks[n]), default=None)
        if likest is not None and _likeness(network, after.networks[likest]) >= ALIKE:
            new.remove(likest)
            pairs.append((name, likest))
        else:
            pairs.append((name, None))
    return [*pairs, *((None, name) for name in new)]


def _likeness(one: Network, other: Network) -> float:
    """The share of layers that two networks have in common, in any order."""
    mine = Counter(row.text for row in rows_of(one.body))
    others = Counter(row.text for row in rows_of(other.body))
    most = max(mine.total(), others.total())
    return (mine & others).total() / most if most else 0.0


def _network(
    pair: tuple[str | None, str | None],
    graphs: tuple[Graph, Graph],
    blocks: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> NetworkChange:
    one, other = (g.networks[n] if n else None for n, g in zip(pair, graphs, strict=True))
    weights = tuple(None if n is None else network_weights(n.body) for n in (one, other))
    if one is None or other is None:
        entries = _whole(one, other)
        return NetworkChange(*pair, (), entries, (weights[0], weights[1]))
    started = _usual(rows_of(one.body)), _usual(rows_of(other.body))
    entries = Comparison(blocks, started).entries(one.body, other.body)
    settings = changes(_settings(one, started[0]), _settings(other, started[1]), {})
    return NetworkChange(*pair, settings, entries, (weights[0], weights[1]))


def _whole(one: Network | None, other: Network | None) -> tuple[Entry, ...]:
    """All layers of a network that the other spec does not have."""
    if one is not None:
        return in_short([LayerChange("removed", row, None) for row in rows_of(one.body)])
    assert other is not None
    return in_short([LayerChange("added", None, row) for row in rows_of(other.body)])


def _usual(rows: list[Row]) -> str:
    """How most layers with weights start."""
    counts = Counter(row.started for row in rows if row.started)
    return counts.most_common(1)[0][0] if counts else ""


def _settings(network: Network, started: str) -> Settings:
    inputs = zip(network.body.inputs, network.shapes, strict=True)
    outputs = {n: network.body.nodes[i].shape for n, i in network.body.outputs.items()}
    return flat(
        {
            **{f"input {name}": str(shape) for name, shape in inputs},
            **{f"output {name}".strip(): str(shape) for name, shape in outputs.items()},
            "weights": started,
            "frozen": network.table.frozen,
            "like": network.like if network.like != network.name else "",
        }
    )
