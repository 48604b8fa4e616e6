"""Gradient reach: which networks each term of a loss moves.

An adversarial loss has a critic, the outermost network call that `real` and `fake` have in common,
and a generator's side: every trainable network upstream of the critic's arguments. Any other loss
moves all trainable networks it reaches.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from ganforge.diagnostics.diagnostic import Label
from ganforge.document import Path
from ganforge.graph.graph import Graph, GraphLoss, MovingTerm, Part, Player
from ganforge.graph.nodes import NetworkCall, Node, Unknown, upstream
from ganforge.graph.passage import called, cuts, cutting_layer
from ganforge.graph.passes.game import check_game, listed
from ganforge.graph.passes.tables import declared_terms
from ganforge.graph.passes.taken import takes_its_tensors
from ganforge.plugins.calls import Call, Ref
from ganforge.plugins.declarations import Term
from ganforge.plugins.shapes import Tensor
from ganforge.spec.findings import Findings


def find_terms(graph: Graph, findings: Findings) -> Graph:
    """The graph with, for every term of every loss, the networks it moves."""
    terms: list[MovingTerm] = []
    for loss in graph.losses.values():
        if not _unknown(graph, loss):
            terms.extend(_terms(graph, loss, findings))
    return replace(graph, terms=tuple(terms))


def _unknown(graph: Graph, loss: GraphLoss) -> bool:
    """Whether an earlier mistake hides what the loss is made of."""
    operations = (graph.nodes[i].operation for i in upstream(graph.nodes, loss.tensors.values()))
    return any(
        isinstance(op, Unknown)
        or (isinstance(op, NetworkCall) and op.network not in graph.networks)
        for op in operations
    )


def _terms(graph: Graph, loss: GraphLoss, findings: Findings) -> list[MovingTerm]:
    if len(loss.parts) < len(loss.spec.networks):
        return []  # GF423
    terms = declared_terms(graph, loss, findings)
    if not takes_its_tensors(graph, loss, terms, findings):
        return []
    has_sides = any(term.side != "all" for term in terms)
    if loss.spec.table.critic is not None and not has_sides:
        message = f"the loss `{loss.spec.table.kind}` has no critic"
        path = ("losses", loss.name, "critic")
        findings.add("GF115", path, message, "remove it, or narrow with `trains`", key=True)
    critic = outermost_critic(graph, loss, findings) if has_sides else frozenset[str]()
    if not terms or (has_sides and not critic) or not _differentiable(graph, loss, terms, findings):
        return []
    terms = tuple(_with_real(graph, loss, term, critic) for term in terms)
    result = [
        MovingTerm(
            loss.name, term, given(term, loss), _moves(graph, loss, term, critic), named(term, loss)
        )
        for term in terms
    ]
    if _report_still(graph, loss, result, critic, findings):
        result = _overridden(graph, loss, result, findings)
    return [term for term in result if term.moves]


def _with_real(graph: Graph, loss: GraphLoss, term: Term, critic: frozenset[str]) -> Term:
    """The term with the real scores, if a network before them learns from the generator's side."""
    if term.with_real is None or not reachable(graph, [loss.tensors["real"]]) - critic:
        return term
    return replace(term, value=term.with_real)


def _differentiable(
    graph: Graph, loss: GraphLoss, terms: Iterable[Term], findings: Findings
) -> bool:
    """Whether what a loss differentiates by is upstream of what it differentiates (GF405)."""
    good = True
    for term in terms:
        others = [t for t in given(term, loss) if t not in term.differentiates]
        roots = [loss.tensors[t] for t in others]
        behind, reached = upstream(graph.nodes, roots), _followed(graph, roots)[1]
        for name in term.differentiates:
            written = loss.spec.tensors[name]
            shape = graph.nodes[loss.tensors[name]].shape
            if isinstance(shape, Tensor) and shape.classes is not None:
                message = f"`{written}` is a class, and no score has a gradient there"
                help = f"name an image or a vector that `{others[0]}` is computed from"
                findings.add("GF405", ("losses", loss.name, name), message, help)
                good = False
            elif loss.tensors[name] in roots:
                message = f"`{others[0]}` and `{name}` are one tensor, `{written}`"
                help = f"name in `{name}` what `{written}` is computed from"
                findings.add("GF405", ("losses", loss.name, name), message, help)
                good = False
            elif loss.tensors[name] not in behind:
                message = f"`{others[0]}` is not made from `{written}`: it has no gradient there"
                help = f"name what `{others[0]}` is computed from"
                span = findings.document.span(("losses", loss.name, others[0]))
                related = (Label(span, f"`{others[0]}`"),) if span else ()
                findings.add("GF405", ("losses", loss.name, name), message, help, related=related)
                good = False
            elif loss.tensors[name] not in reached:
                message = f"`{others[0]}` has no gradient by `{written}`: `detach` cuts it"
                help = "remove the `detach` between them, inside of networks too"
                findings.add("GF405", ("losses", loss.name, name), message, help)
                good = False
    return good


def given(term: Term, loss: GraphLoss) -> dict[str, int]:
    """The nodes of the tensors that a term names, in the order of its call."""
    return {name: loss.tensors[name] for name in _names(term.value) if name in loss.tensors}


def named(term: Term, loss: GraphLoss) -> dict[str, tuple[Part, ...]]:
    """What a term names for its weights, by key."""
    return {name: loss.parts[name] for name in _names(term.value) if name in loss.parts}


def _names(call: Call) -> list[str]:
    names: list[str] = []
    arguments = [*call.args, *call.kwargs.values()]
    while arguments:
        argument = arguments.pop(0)
        if isinstance(argument, list | tuple):
            arguments[:0] = argument
        elif isinstance(argument, Ref) and argument.name not in names:
            names.append(argument.name)
        elif isinstance(argument, Call):
            names.extend(n for n in _names(argument) if n not in names)
    return names


def outermost_critic(graph: Graph, loss: GraphLoss, findings: Findings) -> frozenset[str]:
    """The networks that `critic` names, else those called outermost in all that it judges, such as
    `real` and `fake`.

    Reports where there are none.
    """
    if loss.spec.table.critic is not None:
        return _named_critic(graph, loss, loss.spec.table.critic, findings)
    names = judged_tensors(loss)
    judges = {name: outermost(graph, loss.tensors[name]) for name in names}
    common = frozenset.intersection(*map(frozenset, judges.values()))
    if common:
        return common
    path, first, last = ("losses", loss.name), names[0], names[-1]
    if all(judges.values()):
        message = f"`{first}` is judged by {listed(judges[first])} and `{last}` by "
        message += listed(judges[last])
        help, span = "call one critic in both", findings.document.span((*path, first))
        related = (Label(span, "the other side"),) if span else ()
        findings.add("GF404", (*path, last), message, help, related=related)
    else:
        side = last if judges[first] else first
        message = f"no critic is called in `{side}`"
        findings.add(
            "GF403", (*path, side), message, f'call the critic, such as `{side} = "D(...)"`'
        )
    return frozenset()


def judged_tensors(loss: GraphLoss) -> tuple[str, ...]:
    """The tensors that the critic of a loss gives."""
    return ("real", "fake") if loss.has_sides else loss.spec.declaration.judges


def _named_critic(
    graph: Graph, loss: GraphLoss, names: list[str], findings: Findings
) -> frozenset[str]:
    """The networks that `critic` names, each called in all that is judged."""
    called = {side: graph.called((loss.tensors[side],)) for side in judged_tensors(loss)}
    good = True
    for k, name in enumerate(names):
        missing = [side for side, networks in called.items() if name not in networks]
        if missing:
            message = f"`{missing[0]}` of `{loss.name}` does not call `{name}`"
            both = set.intersection(*called.values())
            sides = " and ".join(f"`{side}`" for side in called)
            help = f"called in {sides}: {listed(both) or 'nothing'}"
            findings.add("GF403", ("losses", loss.name, "critic", k), message, help)
            good = False
    return frozenset(names) if good else frozenset()


def outermost(graph: Graph, root: int) -> set[str]:
    """The networks whose calls are met first on the way down from a node."""
    found: set[str] = set()
    stack = [root]
    while stack:
        node = graph.nodes[stack.pop()]
        if isinstance(node.operation, NetworkCall):
            found.add(node.operation.network)
        else:
            stack.extend(node.inputs)
    return found


def _moves(graph: Graph, loss: GraphLoss, term: Term, critic: frozenset[str]) -> frozenset[str]:
    stop = [] if term.moves_makers else [loss.tensors[name] for name in term.differentiates]
    weights = {part.network for parts in named(term, loss).values() for part in parts}
    roots = [i for name, i in given(term, loss).items() if name not in term.constant]
    reached = frozenset(reachable(graph, roots, stop))
    reached |= weights & set(graph.trainable())
    if term.side == "critic":
        return critic & reached
    return reached - critic if term.side == "generator" else reached


def reachable(graph: Graph, roots: Iterable[int], stop: Iterable[int] = ()) -> set[str]:
    """The trainable networks that a gradient reaches; `detach` cuts it, and it ends at `stop`."""
    return _followed(graph, roots, stop)[0] & set(graph.trainable())


def _followed(
    graph: Graph, roots: Iterable[int], stop: Iterable[int] = ()
) -> tuple[set[str], set[int]]:
    """The networks whose weights a gradient moves, frozen or not, and the nodes that it reaches."""
    networks, seen, ends = set[str](), set[int](), set(stop)
    stack = [root for root in roots if root not in ends]
    while stack:
        index = stack.pop()
        if index in seen:
            continue
        seen.add(index)
        node = graph.nodes[index]
        if index in ends or cuts(node):
            continue
        call = called(graph.nodes, index)
        if call is None:
            stack.extend(node.inputs)
            continue
        made, output = call
        assert isinstance(made.operation, NetworkCall)
        passage = graph.networks[made.operation.network].passages.get(output)
        if passage is None:  # no output was chosen: that is reported
            continue
        networks |= {made.operation.network} if passage.learns else set()
        stack.extend(made.inputs[place] for place in passage.inputs)
    return networks, seen


def carrying_gradient(nodes: Sequence[Node], networks: Collection[str]) -> set[int]:
    """The nodes through which a gradient reaches one of the networks."""
    found: set[int] = set()
    for index, node in enumerate(nodes):
        own = isinstance(node.operation, NetworkCall) and node.operation.network in networks
        if own or (not cuts(node) and any(i in found for i in node.inputs)):
            found.add(index)
    return found


def differentiated_by(graph: Graph, player: Player) -> frozenset[int]:
    """The nodes by which a player's losses differentiate."""
    return frozenset(term.given[name] for term in player.terms for name in term.term.differentiates)


def behind_differentiated(graph: Graph, player: Player) -> set[int]:
    """What a player's losses differentiate by, and the nodes on the way of that gradient. It goes
    through networks that have no weights, and not through what networks of others take part in.
    """
    leaves = differentiated_by(graph, player)
    own, found, foreign = carrying_gradient(graph.nodes, player.networks), set(leaves), set[int]()
    for index, node in enumerate(graph.nodes):
        call = node.operation
        if isinstance(call, NetworkCall) and graph.networks[call.network].has_weights:
            foreign.add(index)
        if any(i in foreign and i not in leaves for i in node.inputs):
            foreign.add(index)
        flows = index in own or index not in foreign
        if flows and not cuts(node) and any(i in found for i in node.inputs):
            found.add(index)
    return found


def _overridden(
    graph: Graph, loss: GraphLoss, terms: list[MovingTerm], findings: Findings
) -> list[MovingTerm]:
    """`trains` narrows what a loss moves."""
    trains = loss.spec.table.trains
    if trains is None:
        return terms
    reached = frozenset().union(*(t.moves for t in terms))
    for k, name in enumerate(trains):
        still = graph.spec.stage is not None and name not in graph.trainable()
        if name not in reached and not still:
            path: Path = ("losses", loss.name, "trains", k)
            message = f"the loss `{loss.name}` does not reach `{name}`"
            help = f"reached: {listed(reached) or 'nothing'}"
            if cut := cut_before(graph, loss, {name}):
                message += ": `detach` cuts its gradient"
                path, help = cut, f"remove `detach`, or take `{name}` out of `trains`"
            findings.add("GF409", path, message, help)
    return [replace(term, moves=term.moves & frozenset(trains)) for term in terms]


def _report_still(
    graph: Graph,
    loss: GraphLoss,
    terms: list[MovingTerm],
    critic: frozenset[str],
    findings: Findings,
) -> bool:
    """Whether each side of the loss moves what it should; reports GF401, GF406 and GF415 where it
    does not.
    """
    path = ("losses", loss.name)
    still = {term.term.side for term in terms if not term.moves}
    if loss.has_sides and not check_game(graph, loss, critic, still, findings):
        return False
    if len(still) == len({term.term.side for term in terms}):
        message = f"the loss `{loss.name}` moves no network"
        help = "all networks that its tensors are made by are frozen, or have no weights"
        if critic and still == {"generator"}:
            last = judged_tensors(loss)[-1]
            help = f"in `{last}`, let {listed(critic)} judge what a generator makes"
        elif loss.parts:
            help = "all networks whose weights it takes are frozen"
        elif not graph.called(loss.tensors.values()):
            help = "no network makes its tensors"
        if stage := graph.spec.stage:
            message = f"{message} in the stage `{stage.name}`"
            help = "add a network that it reaches to the stage's `train`, or remove it there"
        if cut := cut_before(graph, loss, set(graph.trainable())):
            message, help = f"{message}: `detach` cuts its gradient", "remove `detach`"
            findings.add("GF401", cut, message, help)
        else:
            findings.add("GF401", path, message, help, key=True)
    elif "generator" in still and (cut := _cut_generator(graph, loss)):
        message = f"`{loss.name}` trains no generator: `detach` cuts its gradient"
        help = "the compiler cuts for the critic itself: remove `detach`"
        findings.add("GF406", cut, message, help)
    else:
        return True
    return False


def _cut_generator(graph: Graph, loss: GraphLoss) -> Path | None:
    """Where `detach` stands before a network that could learn upstream of `fake`."""
    upstream_of = graph.called((loss.tensors["fake"],)) - outermost(graph, loss.tensors["fake"])
    learning = upstream_of & set(graph.trainable())
    return cut_before(graph, loss, learning, ("fake",)) if learning else None


def cut_before(
    graph: Graph, loss: GraphLoss, networks: Collection[str], tensors: Collection[str] = ()
) -> Path | None:
    """Where a gradient on its way from a loss to one of the networks is cut: the line of `[flow]`
    that cuts it, else the last tensor of the loss that does; None where none is cut.
    """
    for tensor in reversed(tuple(tensors or loss.tensors)):
        ways = upstream(graph.nodes, [loss.tensors[tensor]])
        cut = [i for i in ways if cuts(graph.nodes[i]) and graph.called((i,)) & set(networks)]
        if cut:
            path = graph.nodes[max(cut)].path
            return path if path[:1] == ("flow",) else ("losses", loss.name, *tensor.split(".", 1))
        for index in ways:
            if inside := _cut_inside(graph, index, networks):
                return inside
    return None


def _cut_inside(graph: Graph, index: int, networks: Collection[str]) -> Path | None:
    """The layer inside of a called network that cuts the gradient to one of the networks."""
    call = called(graph.nodes, index)
    if call is None or not isinstance(call[0].operation, NetworkCall):
        return None
    made, name = call[0], call[0].operation.network
    network, passage = graph.networks[name], graph.networks[name].passages.get(call[1])
    if passage is None:  # a call whose outputs are nodes of their own
        return None
    behind = [i for place, i in enumerate(made.inputs) if place not in passage.inputs]
    still = {name} if network.has_weights and not passage.learns else set[str]()
    if not (still | graph.called(behind)) & set(networks):
        return None
    return cutting_layer(network.body)
