"""Types for the parameters of blocks, losses, inits and sources.

A field of one of these types takes a value or a formula; the formula is computed while the model is
validated, from the
`Scope` that is the validation's context. So a declaration sees numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
)
from pydantic_core import CoreSchema, PydanticCustomError

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.formula.errors import FormulaError, UnknownShapeError
from ganforge.formula.evaluate import Scope, evaluate, shown
from ganforge.formula.parse import parse_formula


class Params(BaseModel):
    """The base of every parameter model: frozen, and unknown keys are errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )


def as_pydantic(error: FormulaError) -> PydanticCustomError:
    """A formula's error as pydantic carries it: the code is the type, the rest the context."""
    context = {"message": error.message, "help": error.help, "start": error.start, "end": error.end}
    return PydanticCustomError(error.code, "{message}", context)


_WRITTEN = {
    "`true` or `false`": "truth values are written `true` and `false`, without quotes",
    "a list": "a list is written `[1, 2]`",
    "a word": 'a word stands in quotes, as in `"relu"`',
    "a word, or a table with `kind`,": 'such as `"relu"` or `{ kind = "leaky-relu", slope = 0.1 }`',
}


def wrong_type(needed: str, value: object) -> PydanticCustomError:
    """What is said of a value that is no `needed`, such as "a number"."""
    help = _WRITTEN.get(needed, "write a number, or a formula in quotes that gives one")
    context = {"message": f"{needed} is needed here, not {shown(value)}", "help": help}
    return PydanticCustomError("GF114", "{message}", context)


def _computed(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    scope = info.context if isinstance(info.context, Scope) else Scope()
    try:
        return evaluate(parse_formula(value), scope, value)
    except FormulaError as error:
        if error.code == "GF106" and value.isidentifier():
            error.message = f'"{value}" is no number, and no param has this name'
        raise as_pydantic(error) from None


def _whole(value: Any, info: ValidationInfo) -> int:
    result = _computed(value, info)
    if isinstance(result, bool) or not isinstance(result, int | float):
        raise wrong_type("a whole number", result)
    if not math.isfinite(result):
        raise wrong_type("a whole number", result)
    if result != int(result):
        help = _power_of_two(value) or "use `floor`, `ceil` or another size"
        message = f"a whole number is needed here, and this is {shown(result)}"
        raise as_pydantic(FormulaError("GF105", message, help))
    return int(result)


def _power_of_two(value: object) -> str | None:
    if isinstance(value, str) and "log2" in value:
        return "the number whose `log2` is taken must be a power of two; or use `ceil`"
    return None


def _number(value: Any, info: ValidationInfo) -> float:
    result = _computed(value, info)
    if isinstance(result, bool) or not isinstance(result, int | float):
        raise wrong_type("a number", result)
    if not math.isfinite(result):
        raise wrong_type("a finite number", result)
    return result


def _truth(value: Any, info: ValidationInfo) -> bool:
    result = _computed(value, info)
    if not isinstance(result, bool):
        raise wrong_type("`true` or `false`", result)
    return result


def list_of(item: Callable[[Any, ValidationInfo], Any]) -> Callable[[Any, ValidationInfo], Any]:
    """What reads a list whose elements `item` reads."""

    def check(value: Any, info: ValidationInfo) -> Any:
        result = _computed(value, info)
        if not isinstance(result, list | tuple):
            raise wrong_type("a list", result)
        return tuple(_element(item, k, element, info) for k, element in enumerate(result))

    return check


def _element(
    item: Callable[[Any, ValidationInfo], Any], index: int, value: Any, info: ValidationInfo
) -> Any:
    try:
        return item(value, info)
    except PydanticCustomError as error:
        context = {**(error.context or {}), "index": index}
        raise PydanticCustomError(error.type, "{message}", context) from None


def _levels(value: Any, info: ValidationInfo) -> Any:
    """A level, or a list of levels, as a list."""
    result = _computed(value, info)
    return list_of(_whole)(result if isinstance(result, list) else [result], info)


def insert(text: str, scope: Scope) -> str:
    """A word with its `{name}` replaced by params. Raises `FormulaError`, `UnknownShapeError`."""
    result, rest = "", text
    while "{" in rest:
        before, _, tail = rest.partition("{")
        name, closed, rest = tail.partition("}")
        if closed and name in scope.unread:
            raise UnknownShapeError
        if not closed or name not in scope.names:
            start = text.index("{", len(text) - len(tail) - 1)
            help = did_you_mean(name, sorted(scope.names), "param")
            message = f"`{{{name}}}` names no param" if closed else "`{` is never closed"
            raise FormulaError("GF106", message, help, start, start + len(name) + 1 + len(closed))
        result += before + str(scope.names[name])
    return result + rest


def _word(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        raise wrong_type("a word", value)
    scope = info.context if isinstance(info.context, Scope) else Scope()
    try:
        return insert(value, scope)
    except FormulaError as error:
        raise as_pydantic(error) from None


def _reference(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        return {"kind": _word(value, info)}
    if isinstance(value, dict) and isinstance(value.get("kind"), str):
        return {**value, "kind": _word(value["kind"], info)}
    if isinstance(value, dict):
        raise wrong_type("a word, or a table with `kind`,", "a table without `kind`")
    raise wrong_type("a word, or a table with `kind`,", value)


Int = Annotated[int, BeforeValidator(_whole, json_schema_input_type=int | str)]
"""A whole number or a formula that gives one."""
Positive = Annotated[Int, Field(ge=1)]
"""A whole number of at least 1."""
Float = Annotated[float, BeforeValidator(_number, json_schema_input_type=float | str)]
"""A number or a formula."""
Bool = Annotated[bool, BeforeValidator(_truth, json_schema_input_type=bool | str)]
"""A truth value or a formula that gives one."""
Word = Annotated[str, BeforeValidator(_word, json_schema_input_type=str)]
"""A word; `{name}` inserts a param."""
Ints = Annotated[
    tuple[int, ...], BeforeValidator(list_of(_whole), json_schema_input_type=list[Any] | str)
]
"""A list of whole numbers, each of which may be a formula; or one formula that gives the list."""
Levels = Annotated[
    tuple[int, ...], BeforeValidator(_levels, json_schema_input_type=int | list[Any] | str)
]
"""One whole number, or a list of them."""
Floats = Annotated[
    tuple[float, ...], BeforeValidator(list_of(_number), json_schema_input_type=list[Any] | str)
]
"""A list of numbers."""


Reference = Annotated[
    dict[str, Any], BeforeValidator(_reference, json_schema_input_type=str | dict[str, Any])
]
"""A name with parameters: `"batch"` or `{ kind = "batch", eps = 1e-3 }`; arrives as a table with
`kind`.
"""


@dataclass(frozen=True)
class Names:
    """What a reference names: `norm`, `act`, `init` or `weights`. Only the JSON Schema of the
    language asks.
    """

    kind: str

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"names": self.kind}


NormRef = Annotated[Reference, Names("norm")]
ActRef = Annotated[Reference, Names("act")]
InitRef = Annotated[Reference, Names("init")]
Weights = Annotated[Reference, Names("weights")]


class _Default(dict[str, Any]):
    """What a reference is by default. It has a hash, since pydantic copies a default without one
    for each layer.
    """

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


NONE: dict[str, Any] = _Default(kind="none")
PLAIN: dict[str, Any] = _Default(kind="plain")


class Initialized(Params):
    """Parameters of a block that owns weights: how they are parametrised and how they start."""

    weights: Weights | None = None
    init: InitRef | None = None


class Weighted(Initialized):
    """Parameters of a block that applies weight, then `norm`, then `act`. `bias` is automatic: it
    defaults to true unless the layer's own norm has a learned shift.
    """

    bias: Bool | None = None
    norm: NormRef = Field(default=NONE)
    act: ActRef = Field(default=NONE)
