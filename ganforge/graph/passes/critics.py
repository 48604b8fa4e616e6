"""Practice with critics that are held in bounds, and with predictions of classes."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.graph.graph import Graph, Player
from ganforge.graph.nodes import NetworkCall, Output
from ganforge.graph.passes.blocks import ends_in, first_place
from ganforge.spec.findings import Findings
from ganforge.spec.models import Adam

MOST_MOMENTUM = 0.5
"""What published systems with gradient penalties use at most for Adam's first beta."""


def check_critics(graph: Graph, findings: Findings) -> None:
    """GF701, GF705, GF706 and GF708."""
    penalised = {n: t.loss for t in graph.terms if t.term.differentiates for n in t.moves}
    for name in sorted(penalised):
        _check_batch_norm(graph, name, penalised[name], findings)
    for player in graph.players:
        _check_clipping(graph, player, set(penalised), findings)
        if penalised.keys() & set(player.networks):
            _check_momentum(graph, player, findings)
    _check_class_logits(graph, findings)


def _check_batch_norm(graph: Graph, name: str, loss: str, findings: Findings) -> None:
    path = first_place(graph.networks[name].body, "batch-norm")
    if path is not None:
        message = f"batch norm in `{name}`, whose gradient is penalised per sample"
        help = "use layer norm or none (1704.00028, section 4)"
        span = findings.document.span(("losses", loss), key=True)
        related = (Label(span, "the penalty"),) if span else ()
        findings.add("GF701", path, message, help, related=related)


def _check_clipping(graph: Graph, player: Player, penalised: set[str], findings: Findings) -> None:
    table = graph.spec.train.players.get(player.name)
    if table is None or table.clip_weights is None:
        return
    path: Path = ("train", "players", player.name, "clip_weights")
    help = f'remove one; if it is inherited: `without = ["{".".join(map(str, path))}"]`'
    for name in player.networks:
        if name in penalised:
            message = f"the weights of `{name}` are clipped, and its gradient is penalised"
            findings.add("GF705", path, message, help)


def _check_momentum(graph: Graph, player: Player, findings: Findings) -> None:
    optimizer = graph.spec.optimizer(player.name)
    if not isinstance(optimizer, Adam):
        return
    own = player.name in graph.spec.optimizers
    path: Path = ("train", "players", player.name, "optimizer") if own else ("train", "optimizer")
    first = optimizer.betas[0]
    if isinstance(first, int | float) and first > MOST_MOMENTUM:
        message = f"Adam's first beta is {first:g} for a critic whose gradient is penalised"
        findings.add("GF706", (*path, "betas"), message, "write `betas = [0, 0.9]` (1704.00028)")


def _check_class_logits(graph: Graph, findings: Findings) -> None:
    for loss in graph.losses.values():
        if "logits" not in loss.tensors:
            continue
        node, output = graph.nodes[loss.tensors["logits"]], ""
        if isinstance(node.operation, Output):
            output, node = node.operation.name, graph.nodes[node.inputs[0]]
        if isinstance(node.operation, NetworkCall):
            body = graph.networks[node.operation.network].body
            if last := ends_in(body, output, ("softmax", "sigmoid")):
                message = f"the logits of `{loss.name}` end in {last[0]}"
                findings.add("GF708", last[1], message, "remove it: cross entropy takes logits")
