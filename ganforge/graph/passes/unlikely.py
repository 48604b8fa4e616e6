"""Settings that no published system comes near: mostly a slip of a digit or a unit."""

from __future__ import annotations

from ganforge.document import Path
from ganforge.formula.errors import FormulaError
from ganforge.formula.live import Live
from ganforge.graph.graph import Graph
from ganforge.graph.passes.moments import clock
from ganforge.spec.findings import Findings, lookup
from ganforge.spec.models import Sgd

MOST_LR, MOST_LR_OF_SGD = 0.1, 1
"""SGD takes larger steps: 0.1 in the first GANs (1406.2661). Adam's are of the size of its rate."""
LEAST_DECAY = 0.5
MOST_KIMG = 1_000_000
"""Thousand million images; StyleGAN has 25 million."""


def check_unlikely(graph: Graph, findings: Findings) -> None:
    """GF723."""
    train = graph.spec.train
    for player, optimizer in graph.spec.optimizers.items():
        path: Path = ("train", "players", player, "optimizer") if player else ("train", "optimizer")
        most = MOST_LR_OF_SGD if isinstance(optimizer, Sgd) else MOST_LR
        rate = _at_start(graph, optimizer.lr)
        written = lookup(findings.document, findings.place((*path, "lr")))
        if rate is not None and rate > most and written is not None:
            verb = "starts at" if isinstance(optimizer.lr, Live) else "is"
            help = "rates of GANs are about 2e-4: is the sign of an exponent missing?"
            message = f"`lr` {verb} {rate:g}, far beyond published rates"
            findings.add("GF723", (*path, "lr"), message, help)
    decay = train.ema.decay if train.ema is not None else None
    if isinstance(decay, int | float) and decay < LEAST_DECAY:
        message = f"the average keeps {decay:g} of itself in each round: it is hardly one"
        help = f"write `decay = {1 - decay:g}`: it is what stays"
        findings.add("GF723", ("train", "ema", "decay"), message, help)
    if train.kimg is not None and train.kimg >= MOST_KIMG:
        message = f"{train.kimg:,.0f} kimg are {train.kimg / 1e6:,.0f} thousand million images"
        help = f"kimg are thousands of images: write `kimg = {train.kimg / 1000:g}`"
        findings.add("GF723", ("train", "kimg"), message, help)


def _at_start(graph: Graph, number: object) -> float | None:
    """A number; a live one as it is in the first round."""
    if isinstance(number, Live):
        try:
            number = number.at(clock(graph).at(0, 0))
        except FormulaError:
            return None
    return float(number) if isinstance(number, int | float) else None
