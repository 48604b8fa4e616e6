"""Hyper-parameters of the program: named constants where they stay, functions of progress where
they change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ganforge.codegen.expressions import literal
from ganforge.codegen.names import Namespace
from ganforge.formula.live import Live
from ganforge.graph.graph import Graph
from ganforge.plugins.live import Changing, Feedback
from ganforge.spec.models import Adam, AnyOptimizer, RmsProp, Sgd

ZERO = {"step": 0, "round": 0, "kimg": 0.0, "epoch": 0.0, "progress": 0.0}
ZERO |= {"level": 1, "res": 8, "fade": 1.0}


@dataclass(frozen=True)
class LiveFunction:
    """`def name(t: Progress) -> float: return source`."""

    name: str
    source: str


@dataclass
class Hyperparameters:
    """What stands at the top of the program."""

    names: Namespace
    constants: dict[str, str] = field(default_factory=dict)
    functions: list[LiveFunction] = field(default_factory=list)
    schedules: dict[str, Feedback] = field(default_factory=dict)
    """By name: the live numbers that follow a figure of the log."""
    optimizers: dict[str, str] = field(default_factory=dict)
    """By player: the arguments of its optimiser after the parameters."""
    live: dict[str, dict[str, str]] = field(default_factory=dict)
    """By player: the options to set before each step, as expressions over `t`."""
    classes: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """By formula: the function of a live number that wiring computes."""
    prefix: str = ""
    """What names begin with that another stage uses for something else."""
    own: frozenset[str] = frozenset()
    """Those names."""
    varied: frozenset[str] = frozenset()
    """Constants that follow from the level."""
    common: dict[tuple[str, str], str] = field(default_factory=dict)
    """The functions of live numbers that all stages have alike, by name and source."""

    def named(self, name: str) -> str:
        """The name of a constant or function: another one where stages differ in it."""
        prefix = self.prefix.upper() if name.isupper() else self.prefix
        return f"{prefix}{name}" if name in self.own else name

    def value(self, name: str) -> str:
        """The expression of a constant."""
        return f"{self.named(name)}[state.stage.level]" if name in self.varied else self.named(name)

    def function(self, name: str, source: str) -> str:
        """The function of a live number, new or known."""
        key = (self.named(name), source)
        if key not in self.common:
            self.common[key] = self.names.take(key[0])
            self.functions.append(LiveFunction(self.common[key], source))
        return self.common[key]


CLASSES: Mapping[type[Any], str] = {Sgd: "SGD", Adam: "Adam", RmsProp: "RMSprop"}
FUSED = ("SGD", "Adam")


def hyperparameters(graph: Graph, result: Hyperparameters) -> Hyperparameters:
    """The constants, live functions and optimisers of a graph's players."""
    optimizers = {p.name: graph.spec.optimizer(p.name) for p in graph.players}
    same = len({repr(o) for o in optimizers.values()}) == 1
    for player, optimizer in optimizers.items():
        prefix = "" if same else f"{player}_"
        arguments = _arguments(result, optimizer, prefix, player)
        kind = CLASSES[type(optimizer)]
        if kind in FUSED:
            arguments.append("fused=fused")
        result.optimizers[player] = ", ".join(arguments)
        result.classes[player] = kind
    return result


def _arguments(
    result: Hyperparameters, optimizer: AnyOptimizer, prefix: str, player: str
) -> list[str]:
    arguments = []
    for name, info in type(optimizer).model_fields.items():
        value = getattr(optimizer, name)
        if name == "kind" or (
            name != "lr" and value == _pytorch_default(optimizer, name, info.default)
        ):
            continue
        live = value if isinstance(value, tuple) else (value,)
        if any(isinstance(part, Changing) for part in live):
            result.live.setdefault(player, {})[name] = _functions(result, value, f"{prefix}{name}")
            arguments.append(f"{name}={literal(_start(value))}")
        else:
            constant = f"{prefix}{name}".upper()
            result.constants[result.named(constant)] = literal(value)
            arguments.append(f"{name}={result.value(constant)}")
    return arguments


def _pytorch_default(optimizer: AnyOptimizer, name: str, default: object) -> object:
    return (0.9, 0.999) if isinstance(optimizer, Adam) and name == "betas" else default


def _start(value: Any) -> Any:
    """A live number's value at the start of training."""
    if isinstance(value, tuple):
        return tuple(_start(part) for part in value)
    if isinstance(value, Feedback):
        return value.start
    return value.at(ZERO) if isinstance(value, Live) else value


def _functions(result: Hyperparameters, value: Any, name: str) -> str:
    """The expression that gives a live value; the functions it calls are added."""
    if isinstance(value, tuple):
        parts = [_functions(result, part, f"{name[:-1]}_{k + 1}") for k, part in enumerate(value)]
        return f"({', '.join(parts)})"
    return live_call(result, value, name)


def live_number(result: Hyperparameters, value: Changing, wanted: str) -> str:
    """A live number of wiring, or of a network's layers: a counter as it is, else a call of a
    function of its own.
    """
    if not isinstance(value, Live):
        return live_call(result, value, _schedule(result, value, wanted))
    if value.text in value.names:
        return value.source
    if value.source not in result.numbers:
        result.numbers[value.source] = result.function(wanted, value.source)
    return f"{result.numbers[value.source]}(t)"


def _schedule(result: Hyperparameters, value: Feedback, wanted: str) -> str:
    """The name under which a number follows its figure; equal ones are one."""
    name, count = wanted, 1
    while result.schedules.get(result.named(name), value) != value:
        count += 1
        name = f"{wanted}_{count}"
    return name


def live_call(result: Hyperparameters, value: Changing | float, name: str) -> str:
    """A number as it is; a live one as a call of a function of its own, or as what the state says
    that it is now.
    """
    if isinstance(value, Feedback):
        name = result.named(name)
        result.schedules[name] = value
        return f'state.schedules["{name}"].value'
    if not isinstance(value, Live):
        return literal(value)
    if name not in result.taken:
        result.taken[name] = result.function(name, value.source)
    return f"{result.taken[name]}(t)"
