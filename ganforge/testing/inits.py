"""What every init promises, one function per promise. Each raises `Unmet`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from ganforge.plugins.calls import Call, Ref
from ganforge.plugins.declarations import Init
from ganforge.plugins.running import META, execute
from ganforge.testing.alone import alone, nothing_missing
from ganforge.testing.declared import has_schema, is_a_sentence, loaded
from ganforge.testing.drawing import Values, drawn_values, read, with_values
from ganforge.testing.layers import ALL, Made, owned
from ganforge.testing.streams import seed_all
from ganforge.testing.unmet import Unmet, reason

DRAW = "draw with torch alone, from its usual generator: the functions of `torch.nn.init` do"


@dataclass(frozen=True)
class InitCase:
    """An init with parameters, and a layer that it starts."""

    init: Init
    values: Values
    layer: Made

    def __str__(self) -> str:
        return f"{with_values(self.init.name, self.values)} on {self.layer.name}"

    @property
    def params(self) -> Any:
        return read(self.init.params, self.values)

    def call(self, module: object) -> Call:
        """The call that starts a module, as a program has it."""
        given = {name: getattr(self.params, name) for name in type(self.params).model_fields}
        return Call(self.init.function, (module,), given)

    def started(self, seed: int = 0) -> nn.Module:
        """The layer as it starts under a seed."""
        torch.manual_seed(seed)
        module: nn.Module = execute(self.call(execute(self.layer.call)))
        return module


@dataclass
class InitCases:
    """The cases of one init. samples: parameters, for those that are not found by drawing."""

    init: Init
    samples: Sequence[Values] = ()
    _found: list[Values] = field(default_factory=list)

    def each(self) -> Iterator[InitCase]:
        """Every layer for every set of parameters. Raises `Unmet` where there are none."""
        if not self._found:
            self._found = drawn_values(self.init.params, self.init.name, self.samples)
        for values in self._found:
            yield from (InitCase(self.init, values, layer) for layer in ALL)


def has_a_sound_declaration(cases: InitCases) -> None:
    """Its summary is a sentence, and its function can be imported."""
    is_a_sentence(cases.init.summary, cases.init.name)
    loaded(cases.init.function, cases.init.name)


def has_a_schema(cases: InitCases) -> None:
    """The JSON schema of its parameters can be built."""
    has_schema(cases.init.params, cases.init.name)


def starts_every_weight(cases: InitCases) -> None:
    """All weights and biases of convolutions, linear layers and embeddings get finite values, in
    place; and the module is given back.
    """
    for case in cases.each():
        module = execute(case.layer.call)
        before = {name: (value, value.shape, value.dtype) for name, value in owned(module).items()}
        with torch.no_grad():
            for value, *_ in before.values():
                value.fill_(float("nan"))
        try:
            given = execute(case.call(module))
        except Exception as error:
            remedy = "call it as `function(module, **parameters)`; a module may hold others"
            raise Unmet(f"it fails: {reason(error)}", case, remedy) from error
        if given is not module:
            raise Unmet("it does not give the module back", case, "end it with `return module`")
        for name, value in owned(module).items():
            old = before.get(name)
            if old is None or old[0] is not value or (value.shape, value.dtype) != old[1:]:
                remedy = "fill what is there in place, as `torch.nn.init` does"
                raise Unmet(f"it replaces `{name}` by another tensor", case, remedy)
            if not value.requires_grad:
                raise Unmet(f"`{name}` no longer learns", case, "leave `requires_grad` as it is")
            if not value.isfinite().all():
                remedy = "fill every weight anew, and biases with 0: `nn.init.zeros_(layer.bias)`"
                raise Unmet(f"it leaves values of `{name}` as they were", case, remedy)


def draws_from_the_usual_stream(cases: InitCases) -> None:
    """Under one seed of torch it gives the same weights, whatever else is seeded."""
    for case in cases.each():
        seed_all(1)
        one = owned(case.started(seed=5))
        seed_all(2)
        other = owned(case.started(seed=5))
        if any(not torch.equal(one[name], other[name]) for name in one):
            raise Unmet("the same seed gives other weights", case, DRAW)


def starts_norms_only_where_it_says_so(cases: InitCases) -> None:
    """The scales of norms stay 1, unless `norms` says otherwise."""
    for case in cases.each():
        norms = [m for m in case.started().modules() if isinstance(m, nn.BatchNorm2d)]
        moved = any(bool((norm.weight != 1).any()) for norm in norms)
        if moved and not case.init.norms(case.params):
            remedy = "leave norms alone, or declare `norms=lambda p: True`"
            raise Unmet("it starts the scales of norms", case, remedy)
        if norms and not moved and case.init.norms(case.params):
            raise Unmet("it does not start the scales of norms", case, "declare it without `norms`")


def needs_no_memory(cases: InitCases) -> None:
    """It works on the meta device, where `check --deep` tries specs."""
    for case in cases.each():
        with META:
            module = execute(case.layer.call)
        try:
            execute(case.call(module))
        except Exception as error:
            remedy = "no `.item()`, NumPy or lists of values: compute with tensors alone"
            raise Unmet(f"it fails on the meta device: {reason(error)}", case, remedy) from error
        if any(not value.is_meta for value in owned(module).values()):
            remedy = "make tensors like those that are there: `torch.empty_like(weight)`"
            raise Unmet("it moves weights from the meta device", case, remedy)


def runs_alone(cases: InitCases) -> None:
    """Its emitted source, in an empty namespace, starts the same weights."""
    for case in cases.each():
        source = alone(case.call(Ref("module")), ["module"], case.init.requires, case)
        own = owned(case.started(seed=3))
        torch.manual_seed(3)
        module = execute(case.layer.call)
        with nothing_missing(case):
            source(module)
        if any(not torch.equal(own[name], value) for name, value in owned(module).items()):
            remedy = "let it depend on its arguments alone, not on globals that change"
            raise Unmet("the emitted function starts other weights", case, remedy)


CLAIMS: tuple[Callable[[InitCases], None], ...] = (
    has_a_sound_declaration,
    has_a_schema,
    starts_every_weight,
    draws_from_the_usual_stream,
    starts_norms_only_where_it_says_so,
    needs_no_memory,
    runs_alone,
)
