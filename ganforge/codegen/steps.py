"""One player's step, as a function of the program."""

from __future__ import annotations

from ganforge.codegen.calculation import Calculation
from ganforge.codegen.expressions import literal
from ganforge.codegen.functions import LOSSES, Function, indented, repr_of
from ganforge.codegen.values import Writer, type_of
from ganforge.plan.plan import Step
from ganforge.plugins.shapes import TensorList
from ganforge.spec.models import PlayerTable


def step_function(c: Calculation, step: Step) -> Function:
    """`player_step(state, ...)`: the gradients of a player's losses, and its update unless all
    players move together.
    """
    player, writer, name = step.player, c.writer(), step_name(c, step)
    writer.differentiated = step.differentiated
    arguments = ["state: State", *_arguments(c, step, writer)]
    later = c.plan.lazy_of(step) if step.every == 1 and not c.plan.simultaneous else []
    lines = _leaves(step, writer)
    lines += _without_gradient(c, step, writer)
    body = [*_losses(c, step, writer), "optimizer.zero_grad()", "loss.backward()"]
    lines += _under_frozen(c, step, [*body, *_clipped_gradients(c, step)])
    if step.every > 1:
        lines.append("optimizer.step()")
    elif not c.plan.simultaneous:
        lines += c.update(player.name, repr_of(player.name))
    if step.every == 1:
        lines = [*_clipped_weights(c, step), *lines]
    lines = [*_networks(c, step), *c.timed(lines, repr_of(player.name))]
    report = c.report(step.terms, _variables(c, step), writer)
    lines += [f"losses = {report}", *lazy_calls(c, later), "return losses"] if later else []
    lines += [] if later else [f"return {report}"]
    return Function(name, arguments, LOSSES, _summary(c, step), lines)


def step_name(c: Calculation, step: Step) -> str:
    """The name of a step's function."""
    return f"{c.prefix}{step.player.name}_{f'every_{step.every}_' if step.every > 1 else ''}step"


def _summary(c: Calculation, step: Step) -> str:
    moved = " and ".join(step.player.networks)
    through = f" through {' and '.join(step.frozen)}" if step.frozen else ""
    if step.every > 1:
        return f"A second update of {moved}{through}, in one of {step.every} steps."
    what = "Gradients" if c.plan.simultaneous else "One update"
    return f"{what} of {moved}{through}."


def lazy_calls(c: Calculation, steps: list[Step]) -> list[str]:
    """The second updates of a player whose step has been counted."""
    lines = []
    for step in steps:
        arguments = ", ".join(["state", *(c.local[name] for name in step.sources)])
        lines.append(f"if state.steps[{repr_of(step.player.name)}] % {step.every} == 1:")
        lines.append(f"    losses |= {step_name(c, step)}({arguments})")
    return lines


def _arguments(c: Calculation, step: Step, writer: Writer) -> list[str]:
    """What the step is given: what it draws itself, and what the round has computed."""
    drawn = c.plan.draws(step) if step.every == 1 else step.sources
    names = {c.plan.graph.names[name]: c.local[name] for name in drawn}
    names |= {index: c.received_name(index) for index, _ in step.received}
    for index, name in names.items():
        c.know(writer, index, writer.names.take(name))
    return [f"{writer.text(i)}: {type_of(c.node(i).shape)}" for i in names]


def _networks(c: Calculation, step: Step) -> list[str]:
    """Local names for the networks that a step calls or clips, and its optimiser."""
    called = c.called(step.needed - {index for index, _ in step.received}, step.terms)
    table = _table(c, step)
    clips = table.clip_weights is not None and not clipped_early(c, step)
    if clips or table.clip_gradients is not None:
        called = list(dict.fromkeys([*called, *step.player.networks]))
    left = [*(c.local[n] for n in called), "optimizer"]
    right = [f'state.networks["{n}"]' for n in called]
    right.append(f'state.optimizers["{step.player.name}"]')
    if len(left) <= 2:
        return [f"{', '.join(left)} = {', '.join(right)}"]
    return [f"{a} = {b}" for a, b in zip(left, right, strict=True)]


def _leaves(step: Step, writer: Writer) -> list[str]:
    """Arguments of the step by which a loss differentiates."""
    lines = []
    for index in sorted(i for i in step.differentiated if i in writer.known):
        name = text = writer.text(index)
        if isinstance(writer.nodes[index].shape, TensorList):
            name = writer.names.take("each")
            lines.append(f"for {name} in {text}:")
        lines.append(f"{'    ' if name != text else ''}{name}.requires_grad_()")
    return lines


def _table(c: Calculation, step: Step) -> PlayerTable:
    return c.plan.graph.spec.train.players.get(step.player.name, PlayerTable())


def _clipped_weights(c: Calculation, step: Step) -> list[str]:
    """Weights into their bounds before the player's step."""
    if clipped_early(c, step):
        return []
    return _clip(c, step, [c.local[name] for name in step.player.networks])


def clipped_early(c: Calculation, step: Step) -> list[str]:
    """The same before the round computes with those weights what the step is given: changed
    afterwards, they would have no gradient there.
    """
    given = {index for index, _ in step.received} & set(c.plan.shared_with_gradient)
    networks = [f'state.networks["{name}"]' for name in step.player.networks]
    return _clip(c, step, networks) if given else []


def _clip(c: Calculation, step: Step, networks: list[str]) -> list[str]:
    bound = _table(c, step).clip_weights
    if bound is None:
        return []
    clip = c.imports.use("ganforge.runtime.players:clip_weights")
    return [f"{clip}({literal(bound)}, {', '.join(networks)})"]


def _clipped_gradients(c: Calculation, step: Step) -> list[str]:
    """Gradients scaled down to their bound, before the optimiser's step."""
    bound = _table(c, step).clip_gradients
    if bound is None:
        return []
    weights = [f"*{c.local[name]}.parameters()" for name in step.player.networks]
    return [f"nn.utils.clip_grad_norm_([{', '.join(weights)}], {literal(bound)})"]


def _without_gradient(c: Calculation, step: Step, writer: Writer) -> list[str]:
    """What is computed without gradient, under `torch.no_grad()`."""
    if not step.without_gradient:
        return []
    needed = c.behind(step.without_gradient, writer)
    named = c.named(needed, step.terms) | set(step.without_gradient)
    return c.gradless(writer.written(needed, named))


def _losses(c: Calculation, step: Step, writer: Writer) -> list[str]:
    needed = c.behind((i for term in step.terms for i in term.tensors), writer)
    lines = writer.written(needed, c.named(needed, step.terms))
    return lines + c.summed(step.terms, writer, "loss", _variables(c, step))


def _variables(c: Calculation, step: Step) -> list[str]:
    if len(step.terms) == 1 and c.weight(step.terms[0]) is None:
        return ["loss"]
    return [f"{term.loss}_loss" for term in step.terms]


def _under_frozen(c: Calculation, step: Step, lines: list[str]) -> list[str]:
    if not step.frozen:
        return lines
    name = c.imports.use("ganforge.runtime.players:frozen")
    return [f"with {name}({', '.join(c.local[n] for n in step.frozen)}):", *indented(lines)]
