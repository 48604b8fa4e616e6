"""The round of simultaneous players with `reuse`: one forward pass, each player's gradients, then
all steps.
"""

from __future__ import annotations

from collections import Counter

from ganforge.codegen.calculation import Calculation
from ganforge.codegen.functions import LOSSES, Function, repr_of
from ganforge.codegen.rounds import (
    averages,
    count_images,
    round_arguments,
    second_updates,
    updates,
)
from ganforge.graph.nodes import NetworkCall, Source
from ganforge.graph.passage import cuts
from ganforge.plan.plan import Step

SUMMARY = "One forward pass for all players, their gradients, then all steps."


def joint_round(c: Calculation) -> Function:
    """`train_round` without a function per player."""
    plan, writer = c.plan, c.writer()
    for name in plan.sources:
        c.know(writer, plan.graph.names[name], c.local[name])
    roots = tuple(dict.fromkeys(i for s in plan.steps for t in s.terms for i in t.tensors))
    needed = c.behind(roots, writer)
    terms = [term for step in plan.steps for term in step.terms]
    lines = [f'{c.local[name]} = state.networks["{name}"]' for name in c.called(needed, terms)]
    values = writer.written(needed, c.named(needed, plan.graph.terms) | _twice(c, roots))
    lines += c.timed(values, repr_of(plan.steps[0].player.name))
    for step in plan.steps:
        total, variables = f"{step.player.name}_loss", _variables(c, step)
        lines += c.timed(c.summed(step.terms, writer, total, variables), repr_of(step.player.name))
    lines += [*_gradients(c), *updates(c)]
    report = c.report(terms, [name for step in plan.steps for name in _variables(c, step)], writer)
    named = bool(plan.lazy or c.watches())
    if named:
        lines += [f"losses = {report}", *second_updates(c)]
    lines += [*averages(c), *c.watches(), count_images(c)]
    lines.append(f"return {'losses' if named else report}")
    return Function(f"{c.prefix}train_round", round_arguments(c), LOSSES, SUMMARY, lines)


def _twice(c: Calculation, roots: tuple[int, ...]) -> set[int]:
    """Scores that several players' losses take."""
    uses = Counter(i for term in c.plan.graph.terms for i in term.tensors)
    return {i for i in roots if uses[i] > 1 and not isinstance(c.node(i).operation, Source)}


def _variables(c: Calculation, step: Step) -> list[str]:
    player = step.player.name
    if len(step.terms) == 1 and c.weight(step.terms[0]) is None:
        return [f"{player}_loss"]
    return [f"{term.loss}_{player}" for term in step.terms]


def _shares_a_graph(c: Calculation, step: Step) -> bool:
    """Whether a later player's gradients flow through calls that this player's flow through."""
    steps = c.plan.steps
    later = [_differentiated(c, other) for other in steps[steps.index(step) + 1 :]]
    return bool(_differentiated(c, step) & set[int]().union(*later))


def _differentiated(c: Calculation, step: Step) -> set[int]:
    """The calls of networks that a player's gradients flow through."""
    nodes, seen = c.plan.graph.nodes, set[int]()
    stack = [i for term in step.terms for i in term.tensors]
    while stack:
        index = stack.pop()
        if index not in seen and not cuts(nodes[index]):
            seen.add(index)
            stack.extend(nodes[index].inputs)
    return {i for i in seen if isinstance(nodes[i].operation, NetworkCall)}


def _gradients(c: Calculation) -> list[str]:
    back = c.imports.use("ganforge.runtime.players:backward")
    lines = []
    for step in c.plan.steps:
        keep = ", retain_graph=True" if _shares_a_graph(c, step) else ""
        modules = ", ".join(c.local[n] for n in step.player.networks)
        lines.append(f"{back}({step.player.name}_loss, {modules}{keep})")
    return lines
