"""Losses that pull the wrong way: targets that are exchanged, and factors below 0."""

from __future__ import annotations

from ganforge.graph.graph import Graph, GraphLoss
from ganforge.spec.findings import Findings

SIDES = {"real": "the critic", "fake": "the critic", "generator": "the generator"}


def check_signs(graph: Graph, findings: Findings) -> None:
    """GF461 and GF462."""
    for loss in graph.losses.values():
        _check_targets(loss, findings)
        _check_factors(loss, findings)


def _check_targets(loss: GraphLoss, findings: Findings) -> None:
    """The generator wants what the critic gives to real samples."""
    targets = getattr(loss.spec.params, "targets", None)
    if targets is None:
        return
    real, fake, generator = (getattr(targets, side) for side in SIDES)
    if abs(generator - fake) < abs(generator - real):
        message = f"the generator wants the score {generator:g}, and the critic gives {fake:g} to"
        message += " fakes: it learns to be found out"
        help = f"write `generator = {real:g}`, the target of real samples"
        findings.add("GF461", ("losses", loss.name, "targets"), message, help)


def _check_factors(loss: GraphLoss, findings: Findings) -> None:
    """What is minimised is not made as large as can be."""
    weight = loss.spec.table.weight
    if isinstance(weight, int | float) and weight < 0:
        message = (
            f"`{loss.name}` counts {weight:g} times: what it trains makes it as large as it can"
        )
        findings.add("GF462", ("losses", loss.name, "weight"), message, f"write {-weight:g}")
    scale = getattr(loss.spec.params, "scale", None)
    for side, player in SIDES.items():
        factor = getattr(scale, side, 1)
        if factor < 0:
            message = (
                f"`{side}` of `{loss.name}` counts {factor:g} times: {player} makes its own loss"
            )
            message += " as large as it can"
            help = "losses have the signs of their papers: write a number above 0"
            findings.add("GF462", ("losses", loss.name, "scale", side), message, help)
