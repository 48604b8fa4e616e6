"""Live numbers that follow a figure of the log."""

from __future__ import annotations

from ganforge.diagnostics.suggest import did_you_mean, nearest
from ganforge.graph.graph import Graph
from ganforge.graph.passes.moments import clock
from ganforge.graph.passes.schedules import numbers
from ganforge.plugins.live import Adaptive, Feedback
from ganforge.spec.findings import Findings, lookup


def check_feedback(graph: Graph, findings: Findings) -> None:
    """GF613 where the figure is none, GF720 where training is shorter than two windows."""
    figures, known = graph.figures(), {term.loss for term in graph.terms}
    for path, value, _, _ in numbers(graph):
        if not isinstance(value, Feedback):
            continue
        loss = value.of.partition(".")[0]
        written = lookup(graph.spec.document, ("losses", loss)) is not None
        if value.of not in figures and loss not in known and (written or loss in graph.losses):
            continue  # what hides the loss is told
        if value.of not in figures:
            message = f"no round logs a figure `{value.of}`"
            help = _figure_meant(value.of, list(figures))
            findings.add("GF613", (*path, "of"), message, help)
        elif isinstance(value, Adaptive) or not graph.spec.sound:
            continue  # how long training lasts may be what could not be read
        elif graph.spec.train.epochs is None and 2 * value.window >= clock(graph).rounds:
            why = f"training ends after {clock(graph).rounds:,} rounds, and the figure is compared "
            why += f"after {2 * value.window:,}"
            message = f"`window` has no effect here: {why}"
            findings.add("GF720", (*path, "window"), message, "write a smaller window", key=True)


def _figure_meant(of: str, figures: list[str]) -> str:
    """The figure that is near; of those of the loss that is named, only by its last part."""
    loss, _, last = of.partition(".")
    own = [figure for figure in figures if figure.partition(".")[0] == loss]
    if own and nearest(last, [figure.partition(".")[2] for figure in own]) is None:
        return f"known figures here: {', '.join(f'`{figure}`' for figure in own)}"
    return did_you_mean(of, figures, "figure")
