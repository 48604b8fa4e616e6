"""Scores of critics: one number for each sample, or at each place of it."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.graph.graph import Graph
from ganforge.graph.passes.bodies import returned
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings


def check_scores(graph: Graph, findings: Findings) -> None:
    """GF724 for a critic that gives several numbers and no score. Errors are of any shape."""
    critics = (t for t in graph.terms if t.term.side == "critic" and not t.term.errors)
    for name in dict.fromkeys(term.loss for term in critics):
        tensors = graph.losses[name].tensors
        if "real" not in tensors:
            continue
        score = tensors["real"]
        shape = graph.nodes[score].shape
        if not isinstance(shape, Tensor) or not shape.shape or shape.channels == 1:
            continue
        where = "at each place" if shape.is_image else "for each sample"
        written, path = graph.losses[name].spec.tensors["real"], ("losses", name, "real")
        message = f"`{written}` is {shape.channels} numbers {where}, and a score is one"
        help = "let the critic end with `out = 1`; an `auxiliary-class` loss asks for the class"
        span = findings.document.span(path)
        scored = (Label(span, "scored here"),) if span else ()
        findings.add("GF724", _made(graph, score) or path, message, help, related=scored)


def _made(graph: Graph, score: int) -> Path | None:
    """Where the layer stands that gives a score, if it is what a network returns."""
    inside = returned(graph, score)
    return inside[1].path if inside is not None else None
