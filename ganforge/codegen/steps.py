"""The training part of the program: draws, steps and the round, as lines of Python."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ganforge.codegen.expressions import ATOM, literal, write_call
from ganforge.codegen.hyperparameters import Hyperparameters, live_call
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.values import Writer
from ganforge.formula.live import Live
from ganforge.graph.graph import MovingTerm
from ganforge.graph.nodes import Bundle, Node, Number, Pack, Source
from ganforge.plan.plan import Plan, Step


@dataclass
class Function:
    """A function of the program."""

    name: str
    arguments: list[str]
    returns: str
    summary: str
    lines: list[str] = field(default_factory=list)
    decorator: str = ""

    @property
    def signature(self) -> str:
        return f"{self.decorator}def {self.name}({', '.join(self.arguments)}) -> {self.returns}:"


LOSSES = "dict[str, Tensor]"
_FIXED = """
State Data Options Run Tensor Path Iterator Progress build draw train_round progress sample
save_samples open_data train main NAME SPEC FIELDS BATCH ROUNDS KIMG EPOCHS MEMORY_FORMAT nn torch F
math copy
"""
_LOCAL = "state optimizer fused t loss losses data noise real count seed player decay parts shown"
FIXED = frozenset(_FIXED.split())
"""Names of the program that no spec's name may take."""
LOCAL = frozenset(_LOCAL.split())
"""Names of values inside the program's functions."""


def repr_of(name: str) -> str:
    """A name as a string of the program."""
    return f'"{name}"'


@dataclass
class Steps:
    """Writes the steps of a plan."""

    plan: Plan
    imports: Imports
    hyper: Hyperparameters
    local: Mapping[str, str]
    """The local name of every network and tensor of the spec."""

    def node(self, index: int) -> Node:
        return self.plan.graph.nodes[index]

    def step_functions(self) -> list[Function]:
        """One function per player, and the round."""
        if self.plan.joint:
            return [self._joint_round()]
        functions = [self._step(step) for step in self.plan.steps]
        return [*functions, self._round()]

    def received_name(self, index: int) -> str:
        """The name under which a step receives what the round has computed."""
        name = self.node(index).name
        return self.local[name] if name else f"shared_{self.plan.shared.index(index) + 1}"

    def _writer(self, names: Namespace) -> Writer:
        nodes = self.plan.graph.nodes
        return Writer(nodes, self.imports, names, local=self.local)

    def _namespace(self) -> Namespace:
        """What a step may not call its values: the program's names, and the networks'."""
        networks = (self.local[name] for name in self.plan.graph.networks)
        return Namespace({*FIXED, *LOCAL, *networks, *self.imports.members.values()})

    def _step(self, step: Step) -> Function:
        player = step.player
        names = self._namespace()
        writer = self._writer(names)
        writer.differentiated = step.differentiated
        arguments = ["state: State"]
        for index, node in enumerate(self.plan.graph.nodes):
            if (
                isinstance(node.operation, Source)
                and node.operation.name in step.sources
                and index in step.needed
            ):
                writer.known[index] = (names.take(self.local[node.operation.name]), ATOM)
                arguments.append(f"{writer.text(index)}: Tensor")
        for index, _ in step.received:
            writer.known[index] = (names.take(self.received_name(index)), ATOM)
            arguments.append(f"{writer.text(index)}: Tensor")
        lines = self._networks(step)
        calls = len(lines)
        lines += self._leaves(step, writer)
        lines += self._gradless(step, writer)
        body = self._losses(step, writer)
        body += ["optimizer.zero_grad()", "loss.backward()", *self._clipped_gradients(step)]
        lines = [*lines[:calls], *self._clipped_weights(step), *lines[calls:]]
        lines += self._under_frozen(step.frozen, body)
        if not self.plan.simultaneous:
            lines += self.update(player.name, repr_of(player.name))
        lines = [*lines[:calls], *self.timed(lines[calls:], player.name)]
        lines.append(f"return {self._report(step.terms)}")
        moved = " and ".join(player.networks)
        through = f" through {' and '.join(step.frozen)}" if step.frozen else ""
        what = "Gradients" if self.plan.simultaneous else "One update"
        return Function(
            f"{player.name}_step", arguments, LOSSES, f"{what} of {moved}{through}.", lines
        )

    def _leaves(self, step: Step, writer: Writer) -> list[str]:
        """Arguments of the step by which a loss differentiates."""
        given = [i for i in sorted(step.differentiated) if i in writer.known]
        return [f"{writer.text(i)}.requires_grad_()" for i in given]

    def _clipped_weights(self, step: Step) -> list[str]:
        """Weights into their bounds before the player's step."""
        table = self.plan.graph.spec.train.players.get(step.player.name)
        if table is None or table.clip_weights is None:
            return []
        clip = self.imports.use("ganforge.runtime.players:clip_weights")
        networks = ", ".join(self.local[name] for name in step.player.networks)
        return [f"{clip}({literal(table.clip_weights)}, {networks})"]

    def _clipped_gradients(self, step: Step) -> list[str]:
        """Gradients scaled down to their bound, before the optimiser's step."""
        table = self.plan.graph.spec.train.players.get(step.player.name)
        if table is None or table.clip_gradients is None:
            return []
        weights = [f"*{self.local[name]}.parameters()" for name in step.player.networks]
        bound = literal(table.clip_gradients)
        return [f"nn.utils.clip_grad_norm_([{', '.join(weights)}], {bound})"]

    def _networks(self, step: Step) -> list[str]:
        """Local names for the networks that a step calls, and its optimiser."""
        stopped = {index for index, _ in step.received}
        called = [n for n in self.plan.graph.networks if n in self._called(step.needed - stopped)]
        left = [*(self.local[n] for n in called), "optimizer"]
        right = [f'state.networks["{n}"]' for n in called] + [
            f'state.optimizers["{step.player.name}"]'
        ]
        if len(left) <= 2:
            return [f"{', '.join(left)} = {', '.join(right)}"]
        return [f"{a} = {b}" for a, b in zip(left, right, strict=True)]

    def _called(self, nodes: frozenset[int]) -> set[str]:
        operations = (self.node(i).operation for i in nodes)
        return {op.network for op in operations if hasattr(op, "network")}

    def _gradless(self, step: Step, writer: Writer) -> list[str]:
        """What is computed without gradient, under `torch.no_grad()`."""
        if not step.without_gradient:
            return []
        self.imports.use("torch.no_grad")
        before = len(writer.lines)
        needed = self._behind(step.without_gradient, writer)
        writer.write(needed, self._named(needed, step) | set(step.without_gradient))
        lines = writer.lines[before:]
        del writer.lines[before:]
        return ["with torch.no_grad():", *(f"    {line}" for line in lines)]

    def _behind(self, roots: tuple[int, ...], writer: Writer) -> set[int]:
        seen: set[int] = set()
        stack = list(roots)
        while stack:
            index = stack.pop()
            if index not in seen and index not in writer.known:
                seen.add(index)
                stack.extend(self.node(index).inputs)
        return seen

    def _named(self, needed: set[int] | frozenset[int], step: Step | None) -> set[int]:
        """Values that get a name in the program: the spec's own names, and what is used twice."""
        terms = step.terms if step else self.plan.graph.terms
        uses = Counter(i for index in needed for i in self.node(index).inputs)
        uses.update(i for term in terms for i in term.tensors)
        named = set()
        for index in needed:
            node = self.node(index)
            if isinstance(node.operation, Source | Number):
                continue
            if (
                node.name
                or uses[index] > 1
                or isinstance(node.shape, Bundle)
                or isinstance(node.operation, Pack)
            ):
                named.add(index)
        return named

    def _losses(self, step: Step, writer: Writer) -> list[str]:
        before = len(writer.lines)
        roots = tuple(i for term in step.terms for i in term.tensors)
        needed = self._behind(roots, writer)
        writer.write(needed, self._named(needed, step))
        lines = writer.lines[before:]
        return lines + self._terms(step.terms, writer, "loss")

    def _terms(self, terms: tuple[MovingTerm, ...], writer: Writer, total: str) -> list[str]:
        """The terms of one player and their weighted sum."""
        if len(terms) == 1 and self._weight(terms[0]) is None:
            return [f"{total} = {self._value(terms[0], writer)}"]
        lines, parts = [], []
        for term in terms:
            name = self._variable(term, terms)
            lines.append(f"{name} = {self._value(term, writer)}")
            weight = self._weight(term)
            parts.append(name if weight is None else f"{weight} * {name}")
        return [*lines, f"{total} = {' + '.join(parts)}"]

    def _value(self, term: MovingTerm, writer: Writer) -> str:
        tensors = self.plan.graph.losses[term.loss].tensors
        texts = {name: writer.text(i) for name, i in tensors.items() if i in writer.known}
        return write_call(term.term.value, self.imports, texts)

    def _weight(self, term: MovingTerm) -> str | None:
        weight = self.plan.graph.losses[term.loss].spec.table.weight
        if weight == 1:
            return None
        return live_call(self.hyper, weight, f"{term.loss}_weight")

    def _variable(self, term: MovingTerm, terms: tuple[MovingTerm, ...]) -> str:
        alone = len(terms) == 1 and self._weight(term) is None
        return "loss" if alone else f"{term.loss}_loss"

    def _report(self, terms: tuple[MovingTerm, ...]) -> str:
        entries = [
            f"{self._label(term)!r}: {self._variable(term, terms)}.detach()" for term in terms
        ]
        return f"{{{', '.join(entries)}}}"

    def _label(self, term: MovingTerm) -> str:
        """What a log calls the curve: the loss, and whose side of it where there are several."""
        return term.loss if term.term.side == "all" else f"{term.loss}.{term.term.side}"

    def timed(self, lines: list[str], player: str) -> list[str]:
        """The lines, after the progress `t` of a player where they name it."""
        if any(re.search(r"\bt\.|\(t\)", line) for line in lines):
            return [self._progress(repr_of(player)), *lines]
        return lines

    def _progress(self, player: str) -> str:
        name = self.imports.use("ganforge.runtime.state:progress_of")
        return f"t = {name}(state, {player}, progress(state))"

    def _under_frozen(self, frozen: tuple[str, ...], lines: list[str]) -> list[str]:
        if not frozen:
            return lines
        name = self.imports.use("ganforge.runtime.players:frozen")
        inside = [f"    {line}" for line in lines]
        return [f"with {name}({', '.join(self.local[n] for n in frozen)}):", *inside]

    def update(self, player: str, key: str, optimizer: str = "optimizer") -> list[str]:
        """Live numbers set, the optimiser's step, the player's counter."""
        lines = []
        if player in self.hyper.live:
            options = ", ".join(f"{k}={v}" for k, v in self.hyper.live[player].items())
            name = self.imports.use("ganforge.runtime.players:set_options")
            lines.append(f"{name}({optimizer}, {options})")
        return [*lines, f"{optimizer}.step()", f"state.steps[{key}] += 1"]

    def _updates(self) -> list[str]:
        """The steps of all players, from gradients of the same weights."""
        players = [step.player.name for step in self.plan.steps]
        if len({str(self.hyper.live.get(player)) for player in players}) == 1:
            lines = [self._progress("player")] if players[0] in self.hyper.live else []
            lines += self.update(players[0], "player", "state.optimizers[player]")
            named = ", ".join(map(repr_of, players))
            return [f"for player in ({named}):", *(f"    {line}" for line in lines)]
        lines = []
        for player in players:
            if player in self.hyper.live:
                lines.append(self._progress(repr_of(player)))
            lines += self.update(player, repr_of(player), f"state.optimizers[{repr_of(player)}]")
        return lines

    def _count_images(self) -> str:
        """An image is a real sample that the first player draws."""
        first = self.plan.steps[0]
        times = f" * len({first.player.name})" if self.repeats(first) else ""
        return f"state.images += {batch_constant(self.plan, first.player.name)}{times}"

    def _round(self) -> Function:
        """The round of players that alternate, or step together from the same weights."""
        plan = self.plan
        writer = self._writer(Namespace({"state", "losses"}))
        arguments, lines = self.round_arguments(), []
        if plan.shared:
            for name in plan.sources:
                writer.known[plan.graph.names[name]] = (self.local[name], ATOM)
            lines += self.timed(self._shared(writer), plan.steps[0].player.name)
        for k, step in enumerate(plan.steps):
            lines += self._call(k, step, writer)
        if plan.simultaneous:
            lines += self._updates()
        lines += self.averages()
        lines += [self._count_images(), "return losses"]
        summary = "One turn of every player; the losses stay on the device."
        return Function("train_round", arguments, LOSSES, summary, lines)

    def _shared(self, writer: Writer) -> list[str]:
        """What serves several players, computed once."""
        plan, lines = self.plan, []
        needed = self._behind(plan.shared, writer)
        called = [n for n in plan.graph.networks if n in self._called(frozenset(needed))]
        lines += [f'{self.local[name]} = state.networks["{name}"]' for name in called]
        with_gradient = [i for i in plan.shared if i in plan.shared_with_gradient]
        for roots, gradless in (
            (with_gradient, False),
            ([i for i in plan.shared if i not in with_gradient], True),
        ):
            if not roots:
                continue
            before = len(writer.lines)
            inner = self._behind(tuple(roots), writer)
            for index in roots:
                if not self.node(index).name:
                    writer.names.reserve([self.received_name(index)])
            writer.write(inner, self._named(inner, None) | set(roots))
            new = writer.lines[before:]
            if gradless:
                self.imports.use("torch.no_grad")
                new = ["with torch.no_grad():", *(f"    {line}" for line in new)]
            lines += new
        return lines

    def _call(self, k: int, step: Step, writer: Writer) -> list[str]:
        plan, name = self.plan, f"{step.player.name}_step"
        received = [
            writer.text(i) + (".detach()" if cut and i in plan.shared_with_gradient else "")
            for i, cut in step.received
        ]
        assign = "losses = " if k == 0 else "losses |= "
        if plan.reuse and not self.repeats(step):
            sources = [self.local[name] for name in step.sources]
            arguments = ", ".join(["state", *sources, *received])
            return [f"{assign}{name}({arguments})"]
        draws = step.player.name
        if self.repeats(step):
            start = ["losses: dict[str, Tensor] = {}"] if k == 0 else []
            return [*start, f"for drawn in {draws}:", f"    losses |= {name}(state, *drawn)"]
        return [f"{assign}{name}(state, *{draws})"]

    def repeats(self, step: Step) -> bool:
        """Whether a player steps more than once a round, or a number of times that changes."""
        players = self.plan.graph.spec.train.players
        return step.player.name in players and players[step.player.name].steps != 1

    def round_arguments(self) -> list[str]:
        """The arguments of `train_round`, which `draw` yields."""
        plan = self.plan
        if plan.reuse and not any(self.repeats(s) for s in plan.steps):
            names = (self.local[n] for n in plan.sources)
            return ["state: State", *(f"{name}: Tensor" for name in names)]
        arguments = ["state: State"]
        for step in plan.steps:
            kind = "list[tuple[Tensor, ...]]" if self.repeats(step) else "tuple[Tensor, ...]"
            arguments.append(f"{step.player.name}: {kind}")
        return arguments

    def averages(self) -> list[str]:
        """The moving averages of the generator's side, after all steps of a round."""
        ema = self.plan.graph.spec.train.ema
        if ema is None:
            return []
        average = self.imports.use("ganforge.runtime.averages:update_average")
        lines = []
        if isinstance(ema.decay, Live) or isinstance(ema.half_life_kimg, Live):
            lines.append(self._progress(repr_of(self.plan.steps[-1].player.name)))
        lines.append(f"decay = {self._decay()}")
        for name in averaged(self.plan):
            lines.append(f'{average}(state.averages["{name}"], state.networks["{name}"], decay)')
        return lines

    def _decay(self) -> str:
        ema = self.plan.graph.spec.train.ema
        assert ema is not None
        if ema.decay is not None:
            decay = live_call(self.hyper, ema.decay, "ema_decay")
        else:
            assert ema.half_life_kimg is not None
            half_life = live_call(self.hyper, ema.half_life_kimg, "ema_half_life_kimg")
            decay = f"0.5 ** (BATCH / (1000 * max({half_life}, 1e-8)))"
        return f"{decay} if state.round >= {literal(ema.start)} else 0.0" if ema.start else decay

    def _joint_round(self) -> Function:
        """Simultaneous players with `reuse`: one forward pass, each player's gradients, then all
        steps.
        """
        plan = self.plan
        writer = self._writer(self._namespace())
        for name in plan.sources:
            writer.known[plan.graph.names[name]] = (self.local[name], ATOM)
        roots = tuple(dict.fromkeys(i for s in plan.steps for t in s.terms for i in t.tensors))
        needed = self._behind(roots, writer)
        called = self._called(frozenset(needed))
        lines = [
            f'{self.local[n]} = state.networks["{n}"]' for n in plan.graph.networks if n in called
        ]
        writer.write(needed, self._named(needed, None) | self._twice(roots))
        lines += self.timed(writer.lines, plan.steps[0].player.name)
        for step in plan.steps:
            lines += self.timed(self._joint_losses(step, writer), step.player.name)
        back = self.imports.use("ganforge.runtime.players:backward")
        for k, step in enumerate(plan.steps):
            keep = ", retain_graph=True" if k < len(plan.steps) - 1 else ""
            modules = ", ".join(self.local[n] for n in step.player.networks)
            lines.append(f"{back}({step.player.name}_loss, {modules}{keep})")
        lines += self._updates()
        lines += self.averages()
        entries = [
            f"{self._label(t)!r}: {self._joint_variable(t, s)}.detach()"
            for s in plan.steps
            for t in s.terms
        ]
        lines += [self._count_images(), f"return {{{', '.join(entries)}}}"]
        summary = "One forward pass for all players, their gradients, then all steps."
        return Function("train_round", self.round_arguments(), LOSSES, summary, lines)

    def _twice(self, roots: tuple[int, ...]) -> set[int]:
        """Scores that several players' losses take."""
        uses = Counter(i for term in self.plan.graph.terms for i in term.tensors)
        return {i for i in roots if uses[i] > 1 and not isinstance(self.node(i).operation, Source)}

    def _joint_variable(self, term: MovingTerm, step: Step) -> str:
        alone = len(step.terms) == 1 and self._weight(term) is None
        return f"{step.player.name}_loss" if alone else f"{term.loss}_{step.player.name}"

    def _joint_losses(self, step: Step, writer: Writer) -> list[str]:
        name = f"{step.player.name}_loss"
        if len(step.terms) == 1 and self._weight(step.terms[0]) is None:
            return [f"{name} = {self._value(step.terms[0], writer)}"]
        lines, parts = [], []
        for term in step.terms:
            variable, weight = self._joint_variable(term, step), self._weight(term)
            lines.append(f"{variable} = {self._value(term, writer)}")
            parts.append(variable if weight is None else f"{weight} * {variable}")
        return [*lines, f"{name} = {' + '.join(parts)}"]


def batch_constant(plan: Plan, player: str) -> str:
    """The constant that holds a player's batch."""
    table = plan.graph.spec.train.players.get(player)
    return f"{player.upper()}_BATCH" if table and table.batch else "BATCH"


def averaged(plan: Plan) -> list[str]:
    """The networks of the generator's side: all that no critic term moves."""
    critics = {n for t in plan.graph.terms if t.term.side == "critic" for n in t.moves}
    return [n for n in plan.graph.trainable() if n not in critics]
