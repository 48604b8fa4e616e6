"""What all functions of training share: values, the terms of losses, live numbers, updates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ganforge.codegen.downsampling import downsampled, downsamplings
from ganforge.codegen.expressions import ATOM, write_call
from ganforge.codegen.functions import FIXED, LOCAL, indented
from ganforge.codegen.hyperparameters import Hyperparameters, live_call, live_number
from ganforge.codegen.names import Imports, Namespace
from ganforge.codegen.values import Writer, memory_of
from ganforge.graph.graph import MovingTerm, Part
from ganforge.graph.nodes import Bundle, NetworkCall, Node, Number, Pack, Source
from ganforge.graph.passes.schedules import feedback
from ganforge.plan.plan import Plan, Step
from ganforge.plugins.calls import Call, Ref
from ganforge.plugins.live import Adaptive, Changing

Layers = Mapping[str, Mapping[str, list[str]]]
"""By network and id, the attributes that hold the layers which a loss names."""


def modules_of(part: Part, network: str, layers: Layers) -> list[str]:
    """A network, by its expression, or the attributes of it that hold the layers of one id."""
    inside = layers[part.network][part.layer] if part.layer else []
    return [f"{network}.{attribute}" for attribute in inside] or [network]


@dataclass
class Calculation:
    """A plan, and what is said of it anywhere in the program: imports, hyper-parameters, names."""

    plan: Plan
    imports: Imports
    hyper: Hyperparameters
    local: Mapping[str, str]
    """The local name of every network and tensor of the spec."""
    prefix: str = ""
    """What the functions of a stage begin with, where stages differ."""
    averages: tuple[str, ...] = ()
    """The networks that have a moving average, in whichever stage."""
    layers: Layers = field(default_factory=dict)
    whole: Plan | None = None
    """Of a stage the plan of which it is a part."""

    def node(self, index: int) -> Node:
        return self.plan.graph.nodes[index]

    def writer(self, names: Namespace | None = None) -> Writer:
        """A writer of values; by default nothing takes the program's names, nor the networks'."""
        networks = (self.local[name] for name in self.plan.graph.networks)
        taken = {*FIXED, *LOCAL, *networks, *self.imports.members.values()}
        return Writer(
            self.plan.graph.nodes,
            self.imports,
            names or Namespace(taken),
            local=self.local,
            number=lambda live, wanted: live_number(self.hyper, live, wanted),
            live={
                name: network.body.live
                for name, network in (self.whole or self.plan).graph.networks.items()
            },
        )

    def know(self, writer: Writer, index: int, text: str) -> None:
        """Tells a writer what stands for a tensor that is given: read at the size of the stage, it
        is the averaged one too.
        """
        writer.known[index] = (text, ATOM)
        if self.node(index).name in downsampled(self.whole):
            for node in downsamplings(self.plan, index):
                writer.known[node] = (text, ATOM)

    def received_name(self, index: int) -> str:
        """The name under which a step receives what the round has computed."""
        name = self.node(index).name
        return self.local[name] if name else f"shared_{self.plan.shared.index(index) + 1}"

    def called(self, nodes: Collection[int], terms: Iterable[MovingTerm] = ()) -> list[str]:
        """The networks that are called to make these nodes, and that these terms name."""
        operations = (self.node(i).operation for i in nodes)
        names = {op.network for op in operations if isinstance(op, NetworkCall)}
        names.update(name for term in terms for name in term.named)
        return [name for name in self.plan.graph.networks if name in names]

    def behind(self, roots: Iterable[int], writer: Writer) -> set[int]:
        """What the roots are made from, as far as the writer does not know it yet."""
        seen: set[int] = set()
        stack = list(roots)
        while stack:
            index = stack.pop()
            if index not in seen and index not in writer.known:
                seen.add(index)
                stack.extend(self.node(index).inputs)
        return seen

    def named(self, needed: Collection[int], terms: tuple[MovingTerm, ...]) -> set[int]:
        """Values that get a name in the program: the spec's own names, and what is used twice."""
        uses = Counter(i for index in needed for i in self.node(index).inputs)
        uses.update(i for term in terms for i in term.tensors)
        uses.update(i for term in terms if self.followed(term) for i in term.tensors)
        return {index for index in needed if _is_named(self.node(index), uses[index])}

    def gradless(self, lines: list[str]) -> list[str]:
        """The lines under `torch.no_grad()`, which those that only cut values need not."""
        if all(re.fullmatch(r"\w+ = torch\.detach\(\w+\)", line) for line in lines):
            return lines
        self.imports.use("torch.no_grad")
        return ["with torch.no_grad():", *indented(lines)]

    def value(self, term: MovingTerm, writer: Writer) -> str:
        """The call that gives the value of a term."""
        texts = {name: writer.text(index) for name, index in term.given.items()}
        texts |= {name: self.weights(parts, term.loss) for name, parts in term.parts.items()}
        texts["self"] = memory_of(term.loss)
        call = self._with_live(term.term.value, term.loss, texts)
        return write_call(call, self.imports, texts)

    def weights(self, parts: Iterable[Part], loss: str) -> str:
        """The weights of networks and layers, without those that the loss leaves out."""
        left_out = self.plan.graph.losses[loss].left_out
        lists = [self._modules(parts), *([self._modules(left_out)] if left_out else [])]
        function = self.imports.use("ganforge.runtime.weights:learned_weights")
        return f"{function}({', left_out='.join(lists)})"

    def _modules(self, parts: Iterable[Part]) -> str:
        """Networks and layers as a list of modules."""
        found = []
        for part in parts:
            found += modules_of(part, self.local[part.network], self.layers)
        return f"[{', '.join(found)}]"

    def _with_live(self, call: Call, loss: str, texts: dict[str, str]) -> Call:
        """The call with a `Ref` in place of every live number, whose function `texts` gets."""

        def written(name: str, value: Any) -> Any:
            if isinstance(value, Call):
                return self._with_live(value, loss, texts)
            if isinstance(value, Changing):
                texts[f"live {name}"] = live_call(self.hyper, value, f"{loss}_{name}")
                return Ref(f"live {name}")
            return value

        args = tuple(written("", value) for value in call.args)
        return Call(call.target, args, {k: written(k, v) for k, v in call.kwargs.items()})

    def summed(
        self, terms: tuple[MovingTerm, ...], writer: Writer, total: str, variables: list[str]
    ) -> list[str]:
        """The terms of one player, each under its variable, and their weighted sum."""
        if variables == [total]:
            return [f"{total} = {self.value(terms[0], writer)}"]
        lines, parts = [], []
        for term, name in zip(terms, variables, strict=True):
            lines.append(f"{name} = {self.value(term, writer)}")
            weight = self.weight(term)
            parts.append(name if weight is None else f"{weight} * {name}")
        return [*lines, f"{total} = {' + '.join(parts)}"]

    def weight(self, term: MovingTerm) -> str | None:
        """The weight of a term, times the number of steps it stands for; None where it is 1."""
        table = self.plan.graph.losses[term.loss].spec.table
        factors = [str(table.every)] if table.every > 1 else []
        if table.weight != 1:
            factors.append(live_call(self.hyper, table.weight, f"{term.loss}_weight"))
        return " * ".join(factors) or None

    def followed(self, term: MovingTerm) -> dict[str, Call]:
        """The figures of a term's tensors, by name, that a live number follows."""
        followed = {number.of for number in feedback(self.plan.graph)}
        return {k: call for k, call in self.plan.graph.measured(term).items() if k in followed}

    def report(self, terms: Iterable[MovingTerm], variables: Iterable[str], writer: Writer) -> str:
        """What a step returns: the value of each term for the log."""
        entries = {}
        for term, variable in zip(terms, variables, strict=True):
            entries[term.figure] = f"{variable}.detach()"
            for figure, name in self.plan.graph.reports(term).items():
                entries[figure] = f"{memory_of(term.loss)}.{name}"
            texts = {name: writer.text(index) for name, index in term.given.items()}
            for figure, call in self.followed(term).items():
                entries[figure] = write_call(call, self.imports, texts)
        return f"{{{', '.join(f'{key!r}: {value}' for key, value in entries.items())}}}"

    def timed(self, lines: list[str], player: str) -> list[str]:
        """The lines, after the progress `t` of a player (its expression) where they name it."""
        if any(re.search(r"\bt\.|\(t\)", line) for line in lines):
            return [self.progress(player), *lines]
        return lines

    def progress(self, player: str) -> str:
        """The line that gives `t`."""
        return f"t = {self.progress_call(player)}"

    def progress_call(self, player: str) -> str:
        """The call that gives how far a player is: in its stage, where there are any."""
        if self.whole is not None:
            kind = "growth" if grows(self.whole) else "stage"
            name = self.imports.use(f"ganforge.runtime.staged:{kind}_progress")
            return f"{name}(state, {player})"
        name = self.imports.use("ganforge.runtime.state:progress_of")
        return f"{name}(state, {player}, progress(state))"

    def batch(self, player: str = "") -> str:
        """The constant that holds a player's batch, or the common one."""
        table = self.plan.graph.spec.train.players.get(player)
        own = f"{player.upper()}_BATCH" if table and table.batch else "BATCH"
        return self.hyper.value(own)

    def images(self) -> str:
        """How many real samples the first player draws in a round."""
        first = self.plan.steps[0]
        times = f" * len({first.player.name})" if self.repeats(first) else ""
        return f"{self.batch(first.player.name)}{times}"

    def update(self, player: str, key: str, optimizer: str = "optimizer") -> list[str]:
        """Live numbers set, the optimiser's step, the player's counter."""
        lines = []
        if player in self.hyper.live:
            options = ", ".join(f"{k}={v}" for k, v in self.hyper.live[player].items())
            name = self.imports.use("ganforge.runtime.players:set_options")
            lines.append(f"{name}({optimizer}, {options})")
        return [*lines, f"{optimizer}.step()", f"state.steps[{key}] += 1"]

    def watches(self) -> list[str]:
        """Live numbers that follow a figure are shown the figures of the round."""
        lines = []
        for name, number in self.hyper.schedules.items():
            given = f"losses, {self.images()}" if isinstance(number, Adaptive) else "losses"
            lines.append(f'state.schedules["{name}"].watch({given})')
        return lines

    def repeats(self, step: Step) -> bool:
        """Whether a player steps more than once a round, or a number of times that changes."""
        players = self.plan.graph.spec.train.players
        return step.player.name in players and players[step.player.name].steps != 1


def _is_named(node: Node, uses: int) -> bool:
    if isinstance(node.operation, Source | Number):
        return False
    several = isinstance(node.shape, Bundle) or isinstance(node.operation, Pack)
    return bool(node.name) or uses > 1 or several


def grows(plan: Plan) -> bool:
    """Whether networks grow in some stage."""
    specs = (stage.graph.spec for stage in plan.stages)
    return any(spec.stage is not None and spec.stage.level is not None for spec in specs)


def averaged(plan: Plan) -> tuple[str, ...]:
    """The networks of the generator's side, all that no critic term moves, where there is an EMA in
    some stage that moves them.
    """
    if plan.stages:
        found = {name for stage in plan.stages for name in averaged(stage)}
        return tuple(name for name in plan.graph.networks if name in found)
    if plan.graph.spec.train.ema is None:
        return ()
    critics = {n for t in plan.graph.terms if t.term.side == "critic" for n in t.moves}
    moved = {name for step in plan.steps for name in step.player.networks}
    return tuple(n for n in plan.graph.trainable() if n in moved and n not in critics)
