"""Parameters and shapes to try: strategies made of parameter models and of the kinds of inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from pydantic import ValidationError

from ganforge.plugins.declarations import Block
from ganforge.plugins.params import Params, Weighted
from ganforge.plugins.shapes import Shape, Tensor, TensorList
from ganforge.testing.unmet import Unmet

Values = dict[str, Any]
Strategy = st.SearchStrategy[Any]
KEPT = 3
QUIET = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
FEW = settings(QUIET, max_examples=20)
SPREAD = 4
"""How far above its least value a number is drawn."""


def parameters(model: type[Params]) -> st.SearchStrategy[Values]:
    """Values for a model's fields; those with a default are sometimes left out. Words and names of
    other parts stay as they are.
    """
    required, optional = {}, {}
    for attribute, field in model.model_fields.items():
        name = field.alias or attribute
        values = _of_type(field.annotation, field.metadata)
        if field.is_required():
            required[name] = st.nothing() if values is None else values
        elif values is not None:
            optional[name] = values
    return st.fixed_dictionaries(required, optional=optional)


def _of_type(annotation: Any, metadata: Sequence[Any] = ()) -> Strategy | None:
    """Values of a type within its bounds; None for a type whose values cannot be guessed."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _of_type(inner[0], (*inner[1:], *metadata))
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, UnionType):
        parts = [_of_type(part, metadata) for part in inner if part is not type(None)]
        known = [part for part in parts if part is not None]
        return st.one_of(known) if known else None
    if origin is tuple:
        items = _of_type(inner[0])
        return None if items is None else st.lists(items, min_size=1, max_size=4)
    if not isinstance(annotation, type):
        return None
    if issubclass(annotation, Params):
        return parameters(annotation)
    if annotation is bool:
        return st.booleans()
    if annotation in (int, float):
        return _numbers(annotation, metadata)
    return None


def _numbers(kind: type, metadata: Iterable[Any]) -> Strategy:
    flat = [part for item in metadata for part in (getattr(item, "metadata", None) or [item])]
    bounds: dict[str, Any] = {}
    for mark in flat:
        for name in ("ge", "gt", "le", "lt"):
            if hasattr(mark, name):
                bounds[name] = getattr(mark, name)
    low, above = bounds.get("ge"), bounds.get("gt")
    high, below = bounds.get("le"), bounds.get("lt")
    if kind is int:
        least = low if low is not None else above + 1 if above is not None else 0
        most = high if high is not None else below - 1 if below is not None else least + SPREAD
        return st.integers(least, min(most, least + SPREAD))
    least = next((v for v in (low, above) if v is not None), 0.0)
    most = next((v for v in (high, below) if v is not None), least + 2)
    eighths = [least + (most - least) * k / 8 for k in range(9)]
    outside = {least if low is None and above is not None else None, most if below else None}
    return st.sampled_from([value for value in eighths if value not in outside])


def read(model: type[Params], values: Values) -> Params:
    """The parameters as the compiler hands them over. Raises `ValidationError`."""
    params = model.model_validate(values)
    if isinstance(params, Weighted) and params.bias is None:
        params = params.model_copy(update={"bias": True})
    return params


def fits(model: type[Params], values: Values) -> bool:
    """Whether a model takes these values: fields may depend on each other."""
    try:
        read(model, values)
    except ValidationError:
        return False
    return True


def drawn_values(model: type[Params], name: str, samples: Sequence[Values] = ()) -> list[Values]:
    """Some sets of parameters: the author's, or else drawn ones. Raises `Unmet` where there is
    none.
    """
    found = [dict(values) for values in samples]

    @FEW
    @given(parameters(model))
    def look(values: Values) -> None:
        if len(found) < KEPT and values not in found and fits(model, values):
            found.append(values)

    if not found:
        with suppress(Unsatisfiable):
            look()
    if not found:
        remedy = f"give some: conformance(..., samples={{{name!r}: [dict(...)]}})"
        raise Unmet("no parameters that it takes were found", name, remedy)
    return found


def with_values(name: str, values: Values) -> str:
    """A declaration and the parameters that a case gives it, as a message has them."""
    pairs = ", ".join(f"{key}={value!r}" for key, value in values.items())
    return f"`{name}` with {pairs or 'defaults'}"


PLAIN = (
    Tensor((4, 6, 8)),
    Tensor((3, 8, 8)),
    Tensor((16, 8, 8)),
    Tensor((12,)),
    Tensor((), classes=5),
    Tensor(()),
    Tensor((3, 5)),
)
"""Three images, a vector, a class, one number, a row of vectors."""

_channels = st.sampled_from([1, 2, 3, 4, 6, 8, 12])
_sides = st.integers(1, 9)
_images = st.builds(lambda c, h, w: Tensor((c, h, w)), _channels, _sides, _sides)
_vectors = st.builds(lambda n: Tensor((n,)), _channels)
_classes = st.builds(lambda k: Tensor((), classes=k), st.integers(2, 6))
small_shapes = _images | _vectors | _classes | st.sampled_from(PLAIN)

_any_side = st.integers(0, 40) | st.integers(0, 10**12)
_any_tensor = st.builds(Tensor, st.lists(_any_side, max_size=4).map(tuple))
_any_class = st.builds(lambda k: Tensor((), classes=k), st.integers(1, 10**9))
_any_list = st.builds(lambda items: TensorList(tuple(items)), st.lists(_any_tensor, max_size=3))
any_shape: st.SearchStrategy[Shape] = _any_tensor | _any_class | _any_list


def counts(block: Block) -> list[int]:
    """How many inputs a block may have: those that may be left out come last."""
    if any(name.startswith("*") for name in block.inputs):
        return [2, 1, 3]
    needed = sum(not name.endswith("?") for name in block.inputs)
    return list(range(len(block.inputs), needed - 1, -1))


@st.composite
def inputs(draw: st.DrawFn, block: Block) -> tuple[Tensor, ...]:
    """Small shapes for a block's inputs; the further ones often fit the first."""
    count = draw(st.sampled_from(counts(block)))
    first = draw(small_shapes)
    like = st.just(first) | st.just(Tensor((draw(_channels), *first.shape[1:])))
    return (first, *(draw(like | small_shapes) for _ in range(count - 1)))


def plain_inputs(block: Block) -> Iterator[tuple[Tensor, ...]]:
    """Every combination of plain shapes, for each number of inputs."""
    for count in counts(block):
        yield from product(PLAIN, repeat=count)
