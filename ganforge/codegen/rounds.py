"""The round: every player's turn, what they share, and the averages."""

from __future__ import annotations

from collections.abc import Sequence

from ganforge.codegen.calculation import Calculation
from ganforge.codegen.expressions import literal
from ganforge.codegen.functions import LOSSES, Function, indented, repr_of
from ganforge.codegen.hyperparameters import live_call
from ganforge.codegen.names import Namespace
from ganforge.codegen.steps import clipped_early, lazy_calls, step_name
from ganforge.codegen.values import Writer
from ganforge.formula.live import Live
from ganforge.graph.nodes import Node
from ganforge.plan.plan import Step
from ganforge.plugins.shapes import TensorList

SUMMARY = "One turn of every player; the losses stay on the device."


def train_round(c: Calculation) -> Function:
    """The round of players that alternate, or step together from the same weights."""
    plan = c.plan
    writer, lines = c.writer(Namespace({"state", "losses"})), []
    if plan.shared:
        for name in plan.sources:
            c.know(writer, plan.graph.names[name], c.local[name])
        lines += [line for step in plan.steps for line in clipped_early(c, step)]
        lines += c.timed(_shared(c, writer), repr_of(plan.steps[0].player.name))
    for k, step in enumerate(plan.steps):
        lines += _call(c, k, step, writer)
    if plan.simultaneous:
        lines += [*updates(c), *second_updates(c)]
    lines += [*averages(c), *c.watches(), count_images(c), "return losses"]
    return Function(f"{c.prefix}train_round", round_arguments(c), LOSSES, SUMMARY, lines)


def _shared(c: Calculation, writer: Writer) -> list[str]:
    """What serves several players, computed once."""
    plan = c.plan
    called = c.called(c.behind(plan.shared, writer))
    lines = [f'{c.local[name]} = state.networks["{name}"]' for name in called]
    if still := _computed(c, plan.shared_without_gradient, writer):
        lines += c.gradless(still)
    lines += _computed(c, [i for i in plan.shared if i in plan.shared_with_gradient], writer)
    rest = _computed(c, [i for i in plan.shared if i not in plan.shared_with_gradient], writer)
    return [*lines, *(c.gradless(rest) if rest else [])]


def _computed(c: Calculation, roots: Sequence[int], writer: Writer) -> list[str]:
    needed = c.behind(roots, writer)
    for index in roots:
        if index in c.plan.shared and not c.node(index).name:
            writer.names.reserve([c.received_name(index)])
    return writer.written(needed, c.named(needed, c.plan.graph.terms) | set(roots))


def _call(c: Calculation, k: int, step: Step, writer: Writer) -> list[str]:
    plan, player = c.plan, step.player.name
    assign = "losses = " if k == 0 else "losses |= "
    if plan.reuse:
        called = f"{step_name(c, step)}({', '.join(_given(c, step, writer))})"
    else:
        called = f"{step_name(c, step)}(state, *{'drawn' if c.repeats(step) else player})"
    # With `reuse` a draw holds what any player needs, and each takes its part of it.
    drawn = _together([c.local[name] for name in plan.sources]) if plan.reuse else ""
    if c.repeats(step):
        start = ["losses: dict[str, Tensor] = {}"] if k == 0 else []
        return [*start, f"for {drawn or 'drawn'} in {player}:", f"    losses |= {called}"]
    unpacked = [f"{drawn} = {player}"] if plan.reuse and not draws_once(c) else []
    return [*unpacked, f"{assign}{called}"]


def _given(c: Calculation, step: Step, writer: Writer) -> list[str]:
    """The arguments of a step with `reuse`."""
    received = [
        _detached(c.node(i), writer.text(i))
        if cut and i in c.plan.shared_with_gradient
        else writer.text(i)
        for i, cut in step.received
    ]
    return ["state", *(c.local[name] for name in c.plan.draws(step)), *received]


def _detached(node: Node, text: str) -> str:
    if isinstance(node.shape, TensorList):
        return f"[each.detach() for each in {text}]"
    return f"{text}.detach()"


def round_arguments(c: Calculation) -> list[str]:
    """The arguments of `train_round`, which `draw` yields."""
    if draws_once(c):
        return ["state: State", *(f"{c.local[name]}: Tensor" for name in c.plan.sources)]
    return ["state: State", *(f"{s.player.name}: {drawn_type(c, s)}" for s in c.plan.steps)]


def draws_once(c: Calculation) -> bool:
    """Whether one draw serves all players."""
    return c.plan.reuse and not any(c.repeats(step) for step in c.plan.steps)


def drawn_type(c: Calculation, step: Step) -> str:
    """The type of what a player draws in a round."""
    return "list[tuple[Tensor, ...]]" if c.repeats(step) else "tuple[Tensor, ...]"


def updates(c: Calculation) -> list[str]:
    """The steps of all players, from gradients of the same weights."""
    players = [step.player.name for step in c.plan.steps]
    alike = len({str(c.hyper.live.get(player)) for player in players}) == 1
    if alike and len(players) > 1:
        lines = c.timed(c.update(players[0], "player", "state.optimizers[player]"), "player")
        return [f"for player in ({', '.join(map(repr_of, players))}):", *indented(lines)]
    lines = []
    for player in players:
        key = repr_of(player)
        lines += c.timed(c.update(player, key, f"state.optimizers[{key}]"), key)
    return lines


def second_updates(c: Calculation) -> list[str]:
    """The updates of players by losses of every n-th step, after all have moved together."""
    lines = []
    for step in c.plan.steps:
        lazy = c.plan.lazy_of(step)
        if lazy and not draws_once(c):
            drawn = c.plan.sources if c.plan.reuse else c.plan.draws(step)
            last = "[-1]" if c.repeats(step) else ""
            lines.append(f"{_together([c.local[n] for n in drawn])} = {step.player.name}{last}")
        lines += lazy_calls(c, lazy)
    return lines


def _together(names: list[str]) -> str:
    """Names to unpack a tuple into."""
    return ", ".join(names) if len(names) > 1 else "".join(f"{name}," for name in names)


def count_images(c: Calculation) -> str:
    """An image is a real sample that the first player draws."""
    return f"state.images += {c.images()}"


def averages(c: Calculation) -> list[str]:
    """The moving averages of the generator's side, after all steps of a round."""
    ema = c.plan.graph.spec.train.ema
    moved = {name for step in c.plan.steps for name in step.player.networks}
    kept = [name for name in c.averages if name in moved]
    if not kept:
        return []
    average = c.imports.use("ganforge.runtime.averages:update_average")
    lines = []
    if ema and (isinstance(ema.decay, Live) or isinstance(ema.half_life_kimg, Live)):
        lines.append(c.progress(repr_of(c.plan.steps[-1].player.name)))
    lines.append(f"decay = {_decay(c)}")
    for name in kept:
        lines.append(f'{average}(state.averages["{name}"], state.networks["{name}"], decay)')
    return lines


def _decay(c: Calculation) -> str:
    ema = c.plan.graph.spec.train.ema
    if ema is None:
        return "0.0  # without an average of its own the stage keeps copies"
    if ema.decay is not None:
        decay = live_call(c.hyper, ema.decay, "ema_decay")
    else:
        assert ema.half_life_kimg is not None
        half_life = live_call(c.hyper, ema.half_life_kimg, "ema_half_life_kimg")
        decay = f"0.5 ** ({c.batch()} / (1000 * max({half_life}, 1e-8)))"
    return f"{decay} if state.round >= {literal(ema.start)} else 0.0" if ema.start else decay
