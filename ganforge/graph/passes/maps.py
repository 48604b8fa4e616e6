"""Losses that compare a sample with what maps make of it: a way there and back, or no change."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.nodes import NetworkCall, upstream
from ganforge.graph.passage import cuts
from ganforge.spec.findings import Findings


def check_maps(graph: Graph, findings: Findings) -> None:
    """GF417, GF418 and GF467."""
    if graph.spec.data is not None and graph.spec.data.domains:
        _check_domains(graph, findings)
    for loss in graph.losses.values():
        if loss.spec.declaration.relation == "cycle":
            _check_cycle(graph, loss, findings)
        elif loss.spec.declaration.relation == "identity":
            _check_identity(graph, loss, findings)


def _check_domains(graph: Graph, findings: Findings) -> None:
    """Each domain has a critic, where there are several."""
    assert graph.spec.data is not None
    games: dict[tuple[tuple[int, ...], ...], str] = {}
    judged = {
        loss.name: tuple(tuple(graph.judged(loss.tensors[side])) for side in ("real", "fake"))
        for loss in graph.losses.values()
        if loss.has_sides
    }
    real = {index for sides in judged.values() for index in sides[0]}
    left = [n for n in graph.spec.data.images if not real & _made_from(graph, graph.names[n])]
    for name, sides in judged.items():
        first = games.setdefault(sides, name)
        if first != name and left:
            message = f"`{name}` judges what `{first}` judges, and no critic judges `{left[0]}`"
            help = f"judge `{left[0]}` in `real`, and what is made like it in `fake`"
            findings.add("GF467", ("losses", name, "real"), message, help)
            return


def _made_from(graph: Graph, source: int) -> set[int]:
    """The tensors that are made from one by functions alone, and itself."""
    return {
        k
        for k, node in enumerate(graph.nodes)
        if source in upstream(graph.nodes, [k]) and not graph.called((k,))
    }


def _check_cycle(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """A cycle leads from the original through two maps."""
    path = ("losses", loss.name, "reconstruction")
    calls = _longest_way(graph, _uncut(graph, loss.tensors["original"]), loss)
    written = loss.spec.tensors["original"]
    if calls is None:
        message = f"`reconstruction` is not made from `original`, which is `{written}`"
        help = f"lead `{written}` there and back, or name what `reconstruction` is made from"
        findings.add("GF417", path, message, help)
    elif calls < 2:
        message = f"the way from `{written}` to `reconstruction` has no way back"
        help = 'call a second network; or, if one way is meant, write `kind = "reconstruction"`'
        findings.add("GF417", path, message, help)
    else:
        _check_end(graph, loss, findings)


def _check_end(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """The last map of a cycle makes samples like its original, as far as critics tell."""
    node = graph.nodes[loss.tensors["reconstruction"]]
    last = node.operation
    original = _uncut(graph, loss.tensors["original"])
    if not isinstance(last, NetworkCall):
        return
    domain = _domain(graph, last.network)
    if not domain or original in domain:
        return
    like = sorted(graph.nodes[i].name or "" for i in domain)[0]
    written = loss.spec.tensors["original"]
    message = f"`{last.network}` makes samples like `{like}`, and does not lead back to `{written}`"
    back = [f"`{name}`" for name in graph.networks if original in _domain(graph, name)]
    help = f"call {(back or ['another network'])[0]} last: it makes samples like `{written}`"
    path = ("losses", loss.name, "reconstruction")
    span = findings.document.span(path)
    related = (Label(span, "the way back is asked for here"),) if span else ()
    findings.add("GF417", node.path or path, message, help, related=related)


def _longest_way(graph: Graph, start: int, loss: GraphLoss) -> int | None:
    """The most calls of networks on a way between the tensors; None where there is none."""
    most: dict[int, int] = {start: 0}
    for index in sorted(upstream(graph.nodes, [loss.tensors["reconstruction"]])):
        node = graph.nodes[index]
        before = [most[i] for i in node.inputs if i in most]
        if before and index != start:
            most[index] = max(before) + isinstance(node.operation, NetworkCall)
    return most.get(loss.tensors["reconstruction"])


def _uncut(graph: Graph, index: int) -> int:
    """What `detach` was applied to."""
    while cuts(graph.nodes[index]) and graph.nodes[index].inputs:
        index = graph.nodes[index].inputs[0]
    return index


def _check_identity(graph: Graph, loss: GraphLoss, findings: Findings) -> None:
    """A map leaves alone what is in its own domain: what its images are judged against."""
    made = graph.nodes[loss.tensors["reconstruction"]].operation
    original = _uncut(graph, loss.tensors["original"])
    domain = _domain(graph, made.network) if isinstance(made, NetworkCall) else set()
    if domain and original not in domain:
        names = sorted(graph.nodes[i].name or "" for i in domain)
        written, network = loss.spec.tensors["original"], getattr(made, "network", "")
        message = (
            f"an identity loss gives `{network}` what is like its own results, `{names[0]}`, "
            f"and not `{written}`"
        )
        help = f'write `original = "{names[0]}"` and `reconstruction = "{network}({names[0]})"`'
        findings.add("GF418", ("losses", loss.name, "original"), message, help)


def _domain(graph: Graph, network: str) -> set[int]:
    """The real tensors that stand where a network's results stand in adversarial losses."""
    found: set[int] = set()
    for loss in graph.losses.values():
        if loss.has_sides:
            real, fake = (graph.nodes[loss.tensors[side]] for side in ("real", "fake"))
            for a, b in zip(real.inputs, fake.inputs, strict=False):
                made = graph.nodes[b].operation
                if isinstance(made, NetworkCall) and made.network == network:
                    found.add(a)
    return {index for index in found if graph.nodes[index].name}
