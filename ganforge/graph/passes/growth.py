"""How far networks grow, against the images that they learn from."""

from __future__ import annotations

from collections.abc import Sequence

from ganforge.graph.graph import Graph
from ganforge.spec.findings import Findings


def check_reach(stages: Sequence[Graph], findings: Findings) -> None:
    """GF722: the last level makes smaller images than the data have."""
    grown = [graph for graph in stages if graph.spec.stage and graph.spec.stage.table.level]
    data = grown[-1].spec.data if grown else None
    if data is None or not data.sizes:
        return
    spec = grown[-1].spec
    res = (spec.scope.growing or {}).get("res")
    height = max(size[0] for size in data.sizes.values())
    if spec.stage is None or not isinstance(res, int) or res >= height:
        return
    message = f"level {spec.stage.level} makes images of {res} x {res}, and the data have {height}"
    help = f"list further levels, or let the data have `size = {res}`"
    findings.add("GF722", ("stages", spec.stage.key, "level"), message, help)
