"""Images without pairs: those of two domains are never about the same thing."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.nodes import Source, upstream
from ganforge.spec.findings import Findings


def check_pairs_of_images(graph: Graph, findings: Findings) -> None:
    """GF460, once for a spec."""
    if graph.spec.data is None or not graph.spec.data.domains:
        return
    for loss in graph.losses.values():
        if loss.spec.declaration.name == "reconstruction":
            ends = [_images(graph, loss.tensors[t]) for t in ("original", "reconstruction")]
            if ends[0] and ends[1] and not ends[0] & ends[1]:
                _report(loss, "reconstruction", sorted((min(ends[0]), min(ends[1]))), findings)
                return
    for loss in graph.losses.values():
        if loss.has_sides:
            images = [_images(graph, i) for i in graph.judged(loss.tensors["real"])]
            named = sorted(set[str]().union(*images))
            if len(named) > 1 and sum(map(bool, images)) > 1:
                _report(loss, "real", named, findings)
                return


def _images(graph: Graph, index: int) -> set[str]:
    """The image fields that a tensor is made from."""
    fields = graph.spec.data.images if graph.spec.data else []
    operations = (graph.nodes[i].operation for i in upstream(graph.nodes, [index]))
    return {op.name for op in operations if isinstance(op, Source) and op.name in fields}


def _report(loss: GraphLoss, tensor: str, images: list[str], findings: Findings) -> None:
    listed = " and ".join(f"`{name}`" for name in images[:2])
    message = f"{listed} are no pairs, and `{loss.name}` takes them for pairs"
    help = "write `paired = true` if your data are; else translate as `cyclegan` does"
    span = findings.document.span(("losses", loss.name, tensor))
    related = (Label(span, "taken for pairs here"),) if span else ()
    findings.add("GF460", ("data", "paired"), message, help, related=related)
