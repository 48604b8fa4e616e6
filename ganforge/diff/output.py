"""A comparison in the forms that `ganforge diff` prints."""

from __future__ import annotations

import json
from typing import Any

from ganforge.diff.changes import Change, Difference, Entry, LayerChange, NetworkChange
from ganforge.diff.markdown import as_markdown
from ganforge.diff.rows import Row
from ganforge.diff.text import as_text


def render(found: Difference, form: str) -> str:
    """As `text`, `md` or `json`."""
    if form == "md":
        return as_markdown(found)
    if form == "json":
        return json.dumps(as_values(found), indent=2, ensure_ascii=False)
    return as_text(found)


def as_values(found: Difference) -> dict[str, Any]:
    """A comparison as plain values; layers that did not change are left out."""
    return {
        "before": found.before,
        "after": found.after,
        "different": bool(found),
        "sections": {
            title.lower(): [_change(change) for change in changes]
            for title, changes in found.sections.items()
            if changes
        },
        "networks": [_network(network) for network in found.networks],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "key": change.key,
        "change": change.kind,
        "before": change.before,
        "after": change.after,
    }


def _network(network: NetworkChange) -> dict[str, Any]:
    return {
        "before": network.before,
        "after": network.after,
        "changed": network.changed,
        "weights": {"before": network.weights[0], "after": network.weights[1]},
        "settings": [_change(change) for change in network.settings],
        "layers": _layers(network.layers),
    }


def _layers(entries: tuple[Entry, ...]) -> list[dict[str, Any]]:
    return [_entry(entry) for entry in entries if entry.first.kind != "same"]


def _entry(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {
        "change": entry.first.kind,
        "times": entry.times,
        **_sides(entry.first),
    }
    if entry.times > 1:
        found["last"] = _sides(entry.last)
    if entry.first.notes:
        found["notes"] = list(entry.first.notes)
    if inner := _layers(entry.first.inner):
        found["inner"] = inner
    return found


def _sides(change: LayerChange) -> dict[str, Any]:
    return {"before": _row(change.before), "after": _row(change.after)}


def _row(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"layer": row.text, "id": row.name, "output": row.shape, "weights": row.weights}
