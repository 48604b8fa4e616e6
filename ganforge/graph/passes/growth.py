"""How far networks grow, against the images that they learn from and those that losses keep."""

from __future__ import annotations

from collections.abc import Sequence

from ganforge.document import Path
from ganforge.graph.graph import Graph
from ganforge.graph.nodes import NodeShape, Replay
from ganforge.spec.findings import Findings, lookup


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


def check_pools(stages: Sequence[Graph], findings: Findings) -> None:
    """GF413: a loss keeps older samples of one size, and judges them in a stage of another."""
    kept: dict[str, tuple[NodeShape, str]] = {}
    for graph in stages:
        stage = graph.spec.stage.name if graph.spec.stage else ""
        for node in graph.nodes:
            if not isinstance(node.operation, Replay):
                continue
            name = node.operation.loss
            shape, first = kept.setdefault(name, (node.shape, stage))
            if node.shape != shape:
                old, new = (str(found).strip("[]") for found in (shape, node.shape))
                message = f"`{name}` keeps samples of {old} in the stage `{first}`, and judges "
                message += f"samples of {new} in `{stage}`"
                help = "remove its `pool`, or give each size a loss of its own"
                path: Path = ("losses", name, "pool")
                own = lookup(graph.spec.document, path) is not None
                findings.add("GF413", path if own else path[:2], message, help, key=not own)
                return
