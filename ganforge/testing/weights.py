"""What every parametrisation of weights promises, one function per promise. Each raises `Unmet`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from ganforge.plugins.calls import Call
from ganforge.plugins.declarations import Block, Parametrization
from ganforge.plugins.running import execute
from ganforge.testing import values
from ganforge.testing.cases import Case, Cases, stirred
from ganforge.testing.declared import has_schema, is_a_sentence, loaded
from ganforge.testing.drawing import Values, drawn_values
from ganforge.testing.gradients import compare_second_gradients, passes_gradients
from ganforge.testing.layers import ALL, SEVERAL, SINGLE, Made, owned, owners, used_weights
from ganforge.testing.unmet import Unmet, reason

FORWARDS = 40
"""So often a layer is used before its bound is looked at: some find it step by step."""
LOUDER = 1000.0
"""How much larger weights become that must stay bounded."""


@dataclass
class WeightCases:
    """The cases of one parametrisation. samples: parameters, where drawing does not find them."""

    weights: Parametrization
    samples: Sequence[Values] = ()
    _found: list[Values] = field(default_factory=list)

    def each(self) -> list[tuple[Made, Case]]:
        """Every layer for every set of parameters, as a case of a block that is such a layer."""
        if not self.weights.function:
            return []  # weights are learned as they are
        if not self._found:
            self._found = drawn_values(self.weights.params, self.weights.name, self.samples)
        return [
            (layer, Case(self._block(layer), values, (layer.shape,)))
            for values in self._found
            for layer in ALL
        ]

    def as_blocks(self) -> Iterator[Cases]:
        """The same, as the promises of blocks ask for them."""
        for _, case in self.each():
            yield Cases(case.block, _found=[case])

    def applied(self, module: nn.Module, case: Case) -> nn.Module:
        """What its function gives for a module."""
        given: nn.Module = execute(Call(self.weights.function, (module,), _given(case.params)))
        return given

    def _block(self, layer: Made) -> Block:
        declared = self.weights
        return Block(
            declared.name,
            declared.summary,
            declared.params,
            module=lambda p, x: Call(declared.function, (layer.call,), _given(p)),
            stateful=True,
            requires=declared.requires,
        )


def _given(params: Any) -> dict[str, Any]:
    return {name: getattr(params, name) for name in type(params).model_fields}


def has_a_sound_declaration(cases: WeightCases) -> None:
    """Its summary is a sentence, and its function can be imported."""
    is_a_sentence(cases.weights.summary, cases.weights.name)
    if cases.weights.function:
        loaded(cases.weights.function, cases.weights.name)


def has_a_schema(cases: WeightCases) -> None:
    """The JSON schema of its parameters can be built."""
    has_schema(cases.weights.params, cases.weights.name)


def keeps_the_shape_of_weights(cases: WeightCases) -> None:
    """The module is given back, and weights are used in their old shape and type."""
    for layer, case in cases.each():
        plain = execute(layer.call)
        shapes = [(weight.shape, weight.dtype) for weight in used_weights(plain)]
        try:
            given = cases.applied(plain, case)
        except Exception as error:
            remedy = "call it as `function(module, **parameters)`; a module may hold others"
            raise Unmet(f"it fails: {reason(error)}", case, remedy) from error
        if given is not plain:
            raise Unmet("it does not give the module back", case, "end it with `return module`")
        if [(weight.shape, weight.dtype) for weight in used_weights(plain)] != shapes:
            remedy = "give a weight of the shape and type of the one that it is made of"
            raise Unmet("weights are used in another shape or type", case, remedy)


def acts_on_every_weight(cases: WeightCases) -> None:
    """Inside of other modules it does with a layer what it does with it alone."""
    seen: dict[tuple[str, type], set[str]] = {}
    for layer, case in cases.each():
        module = case.module()
        for part in owners(module):
            names = {name for name, _ in part.named_parameters()} - {"bias"}
            key = (str(case.values), _kind(part))
            if layer in SINGLE:
                seen[key] = names
            elif layer is SEVERAL and seen.get(key, names) != names:
                remedy = "walk over `module.modules()`, not over the module alone"
                raise Unmet("it leaves out a layer that another one holds", case, remedy)


def _kind(layer: nn.Module) -> type:
    """The class of a layer; torch makes a class of its own for one that is parametrised."""
    kinds = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.Embedding)
    return next(kind for kind in kinds if isinstance(layer, kind))


def starts_weights_only_where_it_says_so(cases: WeightCases) -> None:
    """It takes the weights as they have started, or draws them all if it says `starts`."""
    for layer, case in cases.each():
        results = []
        for seed in (1, 2):
            torch.manual_seed(0)
            module = execute(layer.call)
            if cases.weights.starts:
                with torch.no_grad():
                    for value in owned(module).values():
                        value.fill_(float("nan"))
            torch.manual_seed(seed)
            results.append(used_weights(cases.applied(module, case)))
        _compare_starts(cases.weights, case, results)


def _compare_starts(
    weights: Parametrization, case: Case, results: list[list[torch.Tensor]]
) -> None:
    for one, other in zip(*results, strict=True):
        if weights.starts and not one.isfinite().all():
            remedy = "draw every weight, or declare it without `starts`: then `init` draws them"
            raise Unmet("it does not start all weights", case, remedy)
        scale = float(one.abs().max()) + 1e-12
        if not weights.starts and float((one - other).abs().max()) > 0.2 * scale:
            remedy = "take the weights as they are, or declare `starts=True`"
            raise Unmet("it draws weights of its own", case, remedy)


def keeps_its_bound(cases: WeightCases) -> None:
    """If it `bounds` weights, larger ones make the layer no steeper."""
    if not cases.weights.bounds:
        return
    for layer, case in cases.each():
        if layer not in SINGLE:
            continue
        module = case.module()
        before = _steepness(module, case)
        with torch.no_grad():
            for weight in module.parameters():
                weight.mul_(LOUDER)
        if _steepness(module, case) > 10 * before + 1:
            remedy = "divide by a norm of the weight, or declare it without `bounds`"
            raise Unmet("it says that it bounds weights, and does not", case, remedy)


def _steepness(module: nn.Module, case: Case) -> float:
    """The largest singular value of the weight as it is used, after some forward passes."""
    inputs = case.tensors()
    for _ in range(FORWARDS):
        module(*inputs)
    (weight,) = used_weights(module)
    return float(torch.linalg.matrix_norm(weight.flatten(1), 2))


def learns_through_it(cases: WeightCases) -> None:
    """Gradients reach all that is learned, and can be derived once more."""
    for blocks in cases.as_blocks():
        passes_gradients(blocks)
        for case in blocks.fixed():  # in training a layer may go on with an estimate each time
            compare_second_gradients(case, stirred(case.module().double()).eval())


def keeps_its_state(cases: WeightCases) -> None:
    """What a checkpoint holds is all that the layer depends on."""
    for blocks in cases.as_blocks():
        values.keeps_its_state(blocks)


def moves_between_types_and_devices(cases: WeightCases) -> None:
    """float64, bfloat16, the meta device, and a GPU where there is one."""
    for blocks in cases.as_blocks():
        values.moves_between_types_and_devices(blocks)


def is_the_same_under_a_seed(cases: WeightCases) -> None:
    """The same seed gives the same weights, and using them draws no random numbers."""
    for blocks in cases.as_blocks():
        values.is_random_only_where_it_says_so(blocks)


def runs_alone(cases: WeightCases) -> None:
    """Its emitted source, in an empty namespace, gives the same values."""
    for blocks in cases.as_blocks():
        values.runs_alone(blocks)


CLAIMS: tuple[Callable[[WeightCases], None], ...] = (
    has_a_sound_declaration,
    has_a_schema,
    keeps_the_shape_of_weights,
    acts_on_every_weight,
    starts_weights_only_where_it_says_so,
    keeps_its_bound,
    learns_through_it,
    keeps_its_state,
    moves_between_types_and_devices,
    is_the_same_under_a_seed,
    runs_alone,
)
