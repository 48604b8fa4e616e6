"""An adversarial loss is a game: two different tensors, and two sides that can learn."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ganforge.diagnostics.diagnostic import Label
from ganforge.graph.graph import Graph, GraphLoss
from ganforge.graph.nodes import NetworkCall
from ganforge.spec.findings import Findings


def check_game(
    graph: Graph,
    loss: GraphLoss,
    critic: frozenset[str],
    still: Collection[str],
    findings: Findings,
) -> bool:
    """GF415; whether all is well. still: the sides of the loss that move no network."""
    path = ("losses", loss.name)
    judged = [_arguments(graph, loss.tensors[side]) for side in ("real", "fake")]
    makers = [graph.called(arguments) & _with_weights(graph) for arguments in judged]
    learning = makers[0] | makers[1]
    silent = sorted(critic - _with_weights(graph))
    if judged[0] == judged[1]:
        message = "`real` and `fake` judge the same tensor: there is nothing to tell apart"
        help = "judge data in `real`, and what the generator makes in `fake`"
        findings.add("GF415", (*path, "fake"), message, help)
    elif not learning:
        message = f"no network with weights makes what {listed(critic)} judges"
        help = 'judge what a generator makes: `fake = "D(G(z))"`'
        findings.add("GF415", (*path, "fake"), message, help)
    elif not makers[1]:
        message = f"`real` judges what {listed(makers[0])} makes, and `fake` what no network makes"
        findings.add("GF415", (*path, "fake"), message, "swap `real` and `fake`")
    elif "critic" in still and silent:
        message = f"the critic `{silent[0]}` has no weights, so the loss `{loss.name}` is no game"
        layers = findings.document.span(("networks", graph.networks[silent[0]].like, "layers"))
        related = (Label(layers, f"`{silent[0]}` has these layers"),) if layers else ()
        help = "give it layers with weights"
        findings.add("GF415", path, message, help, key=True, related=related)
    else:
        one_sided = loss.spec.table.trains is None and len(still) == 1
        frozen = critic if "critic" in still else learning
        if not one_sided or not all(graph.networks[name].table.frozen for name in frozen):
            return True
        other = learning if "critic" in still else critic
        _report_frozen(loss, sorted(frozen), sorted(other), findings)
    return False


def _report_frozen(
    loss: GraphLoss, frozen: list[str], other: list[str], findings: Findings
) -> None:
    message = f"{listed(frozen)} is frozen, so the loss `{loss.name}` is no game"
    trains = ", ".join(f'"{name}"' for name in other)
    help = f"remove `frozen`; or, if one side alone shall learn, write `trains = [{trains}]`"
    span = findings.document.span(("losses", loss.name), key=True)
    related = (Label(span, "the loss"),) if span else ()
    findings.add("GF415", ("networks", frozen[0], "frozen"), message, help, related=related)


def _arguments(graph: Graph, root: int) -> tuple[int, ...]:
    """What the calls that are met first on the way down from a score are given."""
    found: list[int] = []
    stack = [root]
    while stack:
        node = graph.nodes[stack.pop()]
        stack.extend(() if isinstance(node.operation, NetworkCall) else node.inputs)
        found.extend(node.inputs if isinstance(node.operation, NetworkCall) else ())
    return tuple(found)


def _with_weights(graph: Graph) -> set[str]:
    return {name for name, network in graph.networks.items() if network.has_weights}


def listed(names: Iterable[str]) -> str:
    """`D`, `E` and `G`."""
    *others, last = [f"`{name}`" for name in sorted(names)] or [""]
    return f"{', '.join(others)} and {last}" if others else last
