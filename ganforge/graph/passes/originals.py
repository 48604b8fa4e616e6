"""The image of `[sample]` that others are measured against."""

from __future__ import annotations

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.graph.graph import Graph
from ganforge.graph.originals import comparison_of
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings

WINDOW = 11
"""The side of the windows that SSIM compares."""


def check_original(graph: Graph, findings: Findings) -> None:
    """GF110 and GF115: `original` and `shave` of `[sample]`."""
    sample, path = graph.spec.sample, ("sample", "original")
    if sample.original is None:
        if sample.shave:
            message = "`shave` is about what is measured against an `original`, and there is none"
            findings.add("GF115", ("sample", "shave"), message, "name one, or remove `shave`")
        return
    found = comparison_of(graph)
    if found is None:
        if graph.spec.stage is None or graph.spec.stage.table.images is None:
            message = f"`{sample.original}` is none of the images that samples show"
            help = did_you_mean(sample.original, sample.images, "image")
            findings.add("GF110", path, message, help)
        return
    index = graph.samples[found.original]
    shape = graph.nodes[index].shape
    if graph.called((index,)):
        message = f"`{sample.original}` is made by a network, and an original is what the data have"
        findings.add("GF115", path, message, "name an image of the data")
    elif not found.images:
        message = f"no other image that samples show has the size of `{sample.original}`, {shape}"
        findings.add("GF115", path, message, "show what shall come near to it")
    elif isinstance(shape, Tensor) and min(shape.shape[1:]) - 2 * sample.shave < WINDOW:
        message = f"windows of {WINDOW} x {WINDOW} are compared, which do not fit into {shape}"
        message += f" without {sample.shave} pixels at each edge" if sample.shave else ""
        findings.add("GF115", path, message, "measure larger images")
