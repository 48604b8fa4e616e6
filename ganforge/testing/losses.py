"""What every loss promises, one function per promise. Each raises `Unmet`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import torch
from hypothesis import given
from hypothesis.errors import Unsatisfiable

from ganforge.plugins.calls import Call, Ref
from ganforge.plugins.declarations import Entry, Loss, Term
from ganforge.plugins.running import execute
from ganforge.plugins.shapes import Tensor
from ganforge.testing.alone import alone, nothing_missing
from ganforge.testing.cases import batch, close
from ganforge.testing.declared import has_schema, is_a_sentence
from ganforge.testing.drawing import FEW, Values, fits, parameters, read, with_values
from ganforge.testing.unmet import Unmet, reason

LossSample = tuple[Values, Mapping[str, Tensor]]
"""Parameters, and the shape of each tensor by its name."""
SCORE, IMAGE, LOGITS, CLASS = Tensor((1,)), Tensor((3, 8, 8)), Tensor((5,)), Tensor((), classes=5)
ATTRIBUTES = Tensor((5,), attributes=True)
WEIGHTS = (Tensor((3,)), Tensor((2, 3, 3)))
"""Those of a linear layer and of a convolution, whose outputs are the first axis."""
CODES = ((CLASS, LOGITS), (Tensor((3,)), Tensor((3,))))
"""Latents, and tensors that tell them."""
KEPT = 4
Refs = dict[str, torch.Tensor | list[torch.Tensor]]
"""What stands for the `Ref`s of a loss: tensors, and lists of weights."""


@dataclass(frozen=True)
class LossCase:
    """A loss with parameters and the shapes of its tensors."""

    loss: Loss
    values: Values
    shapes: Mapping[str, Tensor]

    def __str__(self) -> str:
        shapes = ", ".join(f"{name}: {shape}" for name, shape in self.shapes.items())
        return f"{with_values(self.loss.name, self.values)} on {shapes or 'latents'}"

    @property
    def all_shapes(self) -> dict[str, Tensor]:
        """The shapes of the tensors, and of those in tables."""
        entries = (entry for table in self.tables().values() for entry in table)
        shapes = dict(self.shapes)
        for entry in entries:
            shapes |= {entry.latent.name: entry.latent_shape, entry.tensor.name: entry.tensor_shape}
        return shapes

    def tables(self) -> dict[str, tuple[Entry, ...]]:
        """A line of each kind of latent for every table."""
        return {
            table: tuple(
                Entry(f"c{k}", Ref(f"{table}_c{k}_latent"), Ref(f"{table}_c{k}"), latent, tensor)
                for k, (latent, tensor) in enumerate(CODES)
            )
            for table in self.loss.tables
        }

    def terms(self) -> tuple[Term, ...]:
        inspected = {name: self.shapes[name] for name in self.loss.inspected}
        params = read(self.loss.params, self.values)
        return self.loss.terms(params, **self.tables(), **inspected)

    def memory(self) -> Any:
        """The module in which it remembers; None where it remembers nothing."""
        call = self.memory_call()
        return None if call is None else execute(call)

    def memory_call(self) -> Call | None:
        made = self.loss.module(read(self.loss.params, self.values))
        if made is None:
            return None
        stored = [torch.zeros(IMAGE.shape)] if any(t.replays for t in self.terms()) else []
        return Call(made.target, (*made.args, *stored), made.kwargs)

    def weights(self, kind: Mapping[str, Any] | None = None) -> dict[str, list[torch.Tensor]]:
        """Weights of layers for every key that names networks."""
        stream = torch.Generator().manual_seed(2)
        return {
            key: [batch(shape, stream, **(kind or {})).requires_grad_() for shape in WEIGHTS]
            for key in self.loss.networks
        }

    def tensors(self, term: Term, kind: Mapping[str, Any] | None = None) -> dict[str, torch.Tensor]:
        """A batch for each tensor, and for what the term draws. Those by which it differentiates
        are leaves, and what else is made of numbers depends on them.
        """
        stream = torch.Generator().manual_seed(1)
        shapes = self.all_shapes
        made = {name: batch(shape, stream, **(kind or {})) for name, shape in shapes.items()}
        leaves = [made[name].requires_grad_() for name in term.differentiates]
        for name, value in made.items():
            if not value.is_floating_point() or name in term.differentiates:
                continue
            made[name] = _depending(value, leaves) if leaves else value.requires_grad_()
        drawn = {name: batch(shapes[like], stream) for name, like in term.draws.items()}
        return made | {name: value.to(made[term.draws[name]]) for name, value in drawn.items()}

    def run(
        self, term: Term, kind: Mapping[str, Any] | None = None, memory: Any = None
    ) -> tuple[torch.Tensor, Refs]:
        """The value of a term, and the tensors and weights that it was made of."""
        refs: Refs = {**self.tensors(term, kind), **self.weights(kind)}
        own = self.memory() if memory is None else memory
        torch.manual_seed(0)
        return execute(term.value, {**refs, "self": own}), refs


def _depending(value: torch.Tensor, leaves: Sequence[torch.Tensor]) -> torch.Tensor:
    """The value, with a part that depends on the leaves and can be derived twice."""
    parts = [leaf.flatten(1).square().mean(1).sin() for leaf in leaves]
    part = torch.stack(parts).sum(0)
    return value + part.reshape(-1, *(1,) * (value.dim() - 1))


@dataclass
class LossCases:
    """The cases of one loss, found when they are first asked for."""

    loss: Loss
    samples: Sequence[LossSample] = ()
    _found: list[LossCase] = field(default_factory=list)

    def fixed(self) -> list[LossCase]:
        """The author's samples, or else plain cases. Raises `Unmet` where there is none."""
        if not self._found:
            self._found = [LossCase(self.loss, v, dict(s)) for v, s in self.samples]
            if not self.samples:
                self._found = self._plain()
        return self._found

    def _plain(self) -> list[LossCase]:
        found: list[LossCase] = []
        failures: list[str] = []

        @FEW
        @given(parameters(self.loss.params))
        def look(values: Values) -> None:
            if len(found) < KEPT and fits(self.loss.params, values):
                found.extend(_fitting(self.loss, values, failures))

        with suppress(Unsatisfiable):
            look()
        if not found:
            remedy = f"give some: conformance(..., samples={{{self.loss.name!r}: [(dict(...), "
            remedy += "{'original': Tensor((3, 8, 8)), ...})]})"
            told = f": {failures[0]}" if failures else ""
            raise Unmet(f"no tensors that it takes were found{told}", self.loss.name, remedy)
        return found[:KEPT]


def _fitting(loss: Loss, values: Values, failures: list[str]) -> Iterator[LossCase]:
    """The first shapes for which every term is one number."""
    choices = [
        (SCORE,) if name in ("real", "fake", "score") else (IMAGE, LOGITS, CLASS, SCORE, ATTRIBUTES)
        for name in loss.tensors
    ]
    for shapes in product(*choices):
        case = LossCase(loss, values, dict(zip(loss.tensors, shapes, strict=True)))
        unlike = (s for n, s in case.shapes.items() if n in loss.unlabelled and not _is_told(s))
        if any(unlike) or (shapes and all(shape.classes for shape in shapes)):
            continue
        try:
            numbers = [case.run(term)[0] for term in case.terms()]
        except Exception as error:  # other shapes may do
            failures.append(reason(error))
            continue
        if numbers and all(number.shape == () for number in numbers):
            yield case
            return
        failures.append("its value is not one number")


def _is_told(shape: Tensor) -> bool:
    """Whether it is a label, and no number."""
    return shape.classes is not None or shape.attributes


def has_a_sound_declaration(cases: LossCases) -> None:
    """What the fields of the declaration say of each other."""
    loss = cases.loss
    is_a_sentence(loss.summary, loss.name)
    unknown = {*loss.unlabelled, *loss.inspected} - set(loss.tensors)
    if unknown:
        remedy = f"name tensors of the loss: {', '.join(loss.tensors)}"
        raise Unmet(f"{', '.join(sorted(unknown))} is none of its tensors", loss.name, remedy)
    for case in cases.fixed():
        drawn = {like for term in case.terms() for like in term.draws.values()} - set(loss.tensors)
        if drawn:
            remedy = f"draw in the shape of a tensor of the loss: {', '.join(loss.tensors)}"
            raise Unmet(f"it draws like `{min(drawn)}`, which is none of its tensors", case, remedy)
        sides = {term.side for term in case.terms()}
        judged = loss.judges or {"real", "fake"} <= set(loss.tensors)
        if sides & {"critic", "generator"} and not judged:
            remedy = "write `all`, take the tensors `real` and `fake`, or say what it `judges`"
            raise Unmet("its terms have sides, and it scores nothing", case, remedy)


def has_a_schema(cases: LossCases) -> None:
    """The JSON schema of its parameters can be built."""
    has_schema(cases.loss.params, cases.loss.name)


def gives_finite_numbers_and_gradients(cases: LossCases) -> None:
    """Each term is one finite number, and has a finite gradient by some tensor."""
    for case in cases.fixed():
        for term in case.terms():
            value, refs = case.run(term)
            if value.shape != ():
                remedy = "end with a mean over the batch, `.mean()`"
                raise Unmet(f"a term has the shape {tuple(value.shape)}", case, remedy)
            if not value.isfinite():
                remedy = "take stable forms: `F.softplus(-x)` for `-log(sigmoid(x))`"
                raise Unmet(f"a term is {value.item()}", case, remedy)
            _check_gradients(case, value, refs)


def _check_gradients(case: LossCase, value: torch.Tensor, refs: Refs) -> None:
    given_ = [t for ref in refs.values() for t in (ref if isinstance(ref, list) else [ref])]
    moved = [t for t in given_ if t.is_floating_point() and t.requires_grad]
    if not value.requires_grad:
        remedy = "compute with tensors alone: no `.item()`, `.data`, `.detach()`, NumPy"
        raise Unmet("no gradient flows through a term", case, remedy)
    found = [g for g in torch.autograd.grad(value, moved, allow_unused=True) if g is not None]
    if not found:
        raise Unmet("a term depends on none of its tensors", case, "use them in its function")
    if not all(bool(gradient.isfinite().all()) for gradient in found):
        remedy = "add a small number under roots and in denominators"
        raise Unmet("the gradient of a term is not finite", case, remedy)


def moves_between_types(cases: LossCases) -> None:
    """In float64 it gives the same, in bfloat16 a finite number."""
    for case in cases.fixed():
        for term in case.terms():
            single = case.run(term)[0]
            double = case.run(term, {"dtype": torch.float64}, _moved(case, torch.float64))[0]
            if double.dtype != torch.float64:
                raise Unmet(f"given float64 it returns {double.dtype}", case, _MOVING)
            if not close(single, double, 1e-3):
                raise Unmet("in float64 it gives another value than in float32", case, _MOVING)
            half = case.run(term, {"dtype": torch.bfloat16}, _moved(case, torch.bfloat16))[0]
            if not half.isfinite():
                raise Unmet(f"in bfloat16 it is {half.item()}", case, _MOVING)


def _moved(case: LossCase, dtype: torch.dtype) -> Any:
    memory = case.memory()
    return None if memory is None else memory.to(dtype)


_MOVING = "make tensors like those that are given: `torch.zeros_like(x)`, `x.new_tensor(0.9)`"


def keeps_its_state(cases: LossCases) -> None:
    """What it remembers lies in buffers, as `reports` names them; a loaded state goes on alike."""
    for case in cases.fixed():
        memory = case.memory()
        if memory is None:
            continue
        held = dict(memory.named_buffers())
        missing = [name for name in case.loss.reports if name not in held]
        if missing:
            remedy = f"`register_buffer({missing[0]!r}, ...)`, or take it out of `reports`"
            raise Unmet(f"it reports `{missing[0]}`, which is no buffer", case, remedy)
        for term in case.terms():
            case.run(term, memory=memory)
        other = case.memory()
        other.load_state_dict(memory.state_dict())
        for term in case.terms():
            one = case.run(term, memory=copy.deepcopy(memory))[0]
            if not close(one, case.run(term, memory=other)[0], 0):
                remedy = "keep all that it remembers in buffers"
                raise Unmet("with the same state it gives another value", case, remedy)


def runs_alone(cases: LossCases) -> None:
    """Its emitted source, in an empty namespace, gives the same values."""
    for case in cases.fixed():
        requires, memory = case.loss.requires, case.memory()
        for term in case.terms():
            value, refs = case.run(term, memory=copy.deepcopy(memory))
            inputs = [*refs, *(["self"] if memory is not None else [])]
            source = alone(term.value, inputs, requires, case)
            torch.manual_seed(0)
            given_ = refs if memory is None else {**refs, "self": copy.deepcopy(memory)}
            with nothing_missing(case):
                emitted = source(**given_)
            if not close(emitted, value, 0):
                remedy = "let it depend on its arguments alone, not on globals that change"
                raise Unmet("the emitted loss gives another value", case, remedy)
        call = case.loss.module(read(case.loss.params, case.values))
        if call is not None:
            alone(call, (), requires, case)


CLAIMS: tuple[Callable[[LossCases], None], ...] = (
    has_a_sound_declaration,
    has_a_schema,
    gives_finite_numbers_and_gradients,
    moves_between_types,
    keeps_its_state,
    runs_alone,
)
