"""Networks and layers that are named for their weights, by losses and by the monitor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.document import Path
from ganforge.graph.graph import Graph, GraphLoss, Part
from ganforge.graph.named import ids, layers_named, weighted
from ganforge.graph.passes.game import listed
from ganforge.spec.findings import Findings


def find_parts(graph: Graph, findings: Findings) -> Graph:
    """The graph with what losses name for its weights; GF423 for what is not there."""
    losses = {name: _with_parts(graph, loss, findings) for name, loss in graph.losses.items()}
    return replace(graph, losses=losses)


def find_monitored(graph: Graph, findings: Findings) -> Graph:
    """The graph with what the monitor names; GF423 for what is not there."""
    monitor = graph.spec.train.monitor
    names = monitor.networks if monitor is not None else []
    parts = parts_of(graph, names, ("train", "monitor", "networks"), findings)
    found = {n: part for n, part in zip(names, parts, strict=True) if part is not None}
    return replace(graph, monitored=found)


def _with_parts(graph: Graph, loss: GraphLoss, findings: Findings) -> GraphLoss:
    path: Path = ("losses", loss.name)
    parts = {
        key: parts_of(graph, names, (*path, key), findings)
        for key, names in loss.spec.networks.items()
    }
    if any(None in found for found in parts.values()):
        return loss  # its terms are not looked for
    known = {key: tuple(filter(None, found)) for key, found in parts.items()}
    left_out = _left_out(graph, loss, known, findings)
    return replace(loss, parts=known, left_out=left_out)


def parts_of(
    graph: Graph, names: Iterable[str], path: Path, findings: Findings
) -> tuple[Part | None, ...]:
    """What each name of a list means: `G` a network, `G.shared` its layers with that id."""
    return tuple(_part(graph, n, (*path, k), findings) for k, n in enumerate(names))


def _part(graph: Graph, name: str, path: Path, findings: Findings) -> Part | None:
    network, _, layer = name.partition(".")
    if network not in graph.spec.networks:
        message = f"no network is called `{network}`"
        findings.add("GF423", path, message, did_you_mean(network, list(graph.spec.networks)))
        return None
    if network not in graph.networks:
        if not findings.errors and graph.spec.sound:
            message = f"nothing calls `{network}`, so it has no weights"
            findings.add("GF423", path, message, "call it, or take it out of this list")
        return None
    body = graph.networks[network].body
    if layer and not layers_named(body, layer):
        help = did_you_mean(layer, ids(body), "id")
        findings.add("GF423", path, f"no layer of `{network}` has the id `{layer}`", help)
        return None
    if not weighted(body, layer):
        message = f"`{name}` has no weights of convolutions, linear layers or embeddings"
        findings.add("GF423", path, message, "name a network or a layer that has some")
        return None
    return Part(network, layer)


def _left_out(
    graph: Graph, loss: GraphLoss, parts: dict[str, tuple[Part, ...]], findings: Findings
) -> tuple[Part, ...]:
    """The layers that `except` names, each of a network whose weights the loss takes."""
    written = loss.spec.table.left_out or [] if parts else []
    path: Path = ("losses", loss.name, "except")
    whole = {part.network for found in parts.values() for part in found if not part.layer}
    found = []
    for k, part in enumerate(parts_of(graph, written, path, findings)):
        if part is None:
            continue
        if not part.layer:
            message = f"`{part.network}` is a whole network, and `except` leaves out layers"
            help = "take it out of the networks, or name a layer by its id: `G.shared`"
            findings.add("GF423", (*path, k), message, help)
        elif part.network not in whole:
            message = f"`{written[k]}` is not among the weights of the loss `{loss.name}`"
            findings.add("GF423", (*path, k), message, f"taken: {listed(whole) or 'layers alone'}")
        else:
            found.append(part)
    for network in {part.network for part in found}:
        body = graph.networks[network].body
        gone = set[int]().union(*(weighted(body, part.layer) for part in found))
        if gone >= weighted(body):
            message = f"`except` leaves the loss `{loss.name}` no weights of `{network}`"
            findings.add("GF423", path, message, "leave some, or remove the loss", key=True)
    return tuple(found)
