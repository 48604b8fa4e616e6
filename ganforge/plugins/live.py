"""Parameters that may change during training: formulas over its progress, and feedback that
follows a figure of the log.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    ValidationInfo,
    field_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from ganforge.diagnostics.suggest import did_you_mean
from ganforge.formula.errors import FormulaError
from ganforge.formula.evaluate import Scope, shown
from ganforge.formula.live import Live as LiveNumber
from ganforge.formula.live import parse_live
from ganforge.plugins.params import (
    Float,
    Params,
    Positive,
    Word,
    as_pydantic,
    list_of,
    wrong_type,
)


def _live(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, dict) and value.get("kind") != "plateau":
        raise _no_feedback(value)
    if isinstance(value, LiveNumber) or _is_feedback(value):
        return value
    if isinstance(value, str):
        scope = info.context if isinstance(info.context, Scope) else Scope()
        try:
            value = parse_live(value, scope)
        except FormulaError as error:
            raise as_pydantic(error) from None
    if not isinstance(value, LiveNumber | int | float) or isinstance(value, bool):
        raise wrong_type("a number or a formula over training progress", value)
    if not isinstance(value, LiveNumber) and not math.isfinite(value):
        raise wrong_type("a finite number", value)
    return value if isinstance(value, LiveNumber) else float(value)


def _no_feedback(value: dict[str, Any]) -> PydanticCustomError:
    """A table in place of a number whose kind is none, or none for this number."""
    code, help = "GF110", did_you_mean(str(value.get("kind")), ("plateau", "adaptive"))
    message = f"`kind` of feedback cannot be {shown(value.get('kind'))}"
    if value.get("kind") == "adaptive":
        message = "feedback that is `adaptive` gives a probability, and this is none"
        help = 'write a formula, or `kind = "plateau"`'
    if "kind" not in value:
        code, message, help = "GF111", "feedback needs `kind`", 'write `kind = "plateau"`'
    context = {"message": message, "help": help, **({"at": "kind"} if "kind" in value else {})}
    return PydanticCustomError(code, "{message}", context)


def _is_feedback(value: object) -> bool:
    """Whether a live number is a table."""
    return isinstance(value, dict | Plateau)


def _adapts(value: object) -> bool:
    named = isinstance(value, dict) and value.get("kind") == "adaptive"
    return named or isinstance(value, Adaptive)


def _form(value: object) -> str:
    return "feedback" if _is_feedback(value) else "number"


class Plateau(Params):
    """Feedback: a number that falls where a figure of the log no longer does.

    After each `window` rounds the mean of the figure `of` is compared with that of the window
    before; if it is not below it by the share `threshold`, the number is multiplied by `factor`,
    and never falls below `low`.
    """

    kind: Literal["plateau"]
    start: Float = Field(gt=0)
    of: Word = Field(min_length=1)
    window: Positive
    factor: Float = Field(default=0.5, gt=0, lt=1)
    threshold: Float = Field(default=1e-4, ge=0, lt=1)
    low: Float = Field(default=0.0, ge=0)

    @field_validator("low")
    @classmethod
    def _below_start(cls, low: float, info: ValidationInfo) -> float:
        if low >= info.data.get("start", math.inf):
            message = f"the number starts at {info.data['start']:g}, and cannot fall to {low:g}"
            context = {"message": message, "help": "write a number below `start`"}
            raise PydanticCustomError("GF115", "{message}", context)
        return low

    def __str__(self) -> str:
        return f"{self.start:g}, times {self.factor:g} where {self.of} no longer falls"


Live = Annotated[
    Annotated[LiveNumber | float, Tag("number")] | Annotated[Plateau, Tag("feedback")],
    Discriminator(_form),
    BeforeValidator(_live, json_schema_input_type=float | str | dict[str, Any]),
]
"""A number, or a formula over training progress, which the program computes as it runs; or a
`Plateau`, which follows a figure of the log.
"""


class Adaptive(Params):
    """Feedback: a number that rises while a figure of the log is above its target, and falls while
    it is below: by its mean over `every` rounds, and from 0 to 1 within `kimg`.

    Karras et al. 2020, https://arxiv.org/abs/2006.06676, section 3.1.
    """

    kind: Literal["adaptive"]
    of: Word = Field(min_length=1)
    target: Float = 0.6
    start: Float = Field(default=0.0, ge=0, le=1)
    kimg: Float = Field(default=500.0, gt=0)
    every: Positive = 4

    def __str__(self) -> str:
        return f"adaptive, with {self.of} at {self.target:g}"


Feedback = Plateau | Adaptive
"""What a live number may be in place of a formula."""
Changing = LiveNumber | Plateau | Adaptive
"""A number that changes during training."""


@dataclass(frozen=True)
class _Within:
    """Bounds of a live number; a formula is tried over training later."""

    low: float
    high: float | None = None
    below: float | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        bounds = {"minimum": self.low, "maximum": self.high, "exclusiveMaximum": self.below}
        return handler(core) | {name: bound for name, bound in bounds.items() if bound is not None}

    def _checked(self, value: LiveNumber | float | Plateau) -> LiveNumber | float | Plateau:
        if isinstance(value, LiveNumber):
            return value
        if isinstance(value, Plateau):
            return self._held(value)
        if value < self.low:
            raise PydanticKnownError("greater_than_equal", {"ge": self.low})
        if self.high is not None and value > self.high:
            raise PydanticKnownError("less_than_equal", {"le": self.high})
        if self.below is not None and value >= self.below:
            raise PydanticKnownError("less_than", {"lt": self.below})
        return value

    def _range(self) -> str:
        above = f"at least {self.low:g}"
        if self.below is not None:
            return f"{above}, and below {self.below:g}"
        return above if self.high is None else f"{above}, and at most {self.high:g}"

    def _held(self, value: Plateau) -> Plateau:
        """The feedback, which falls no lower than the number may be."""
        low = value.low if "low" in value.model_fields_set else self.low
        for name, number in {"start": value.start, "low": low}.items():
            try:
                self._checked(number)
            except PydanticKnownError:
                message = f"it must be {self._range()}, and is {number:g}"
                context = {"message": message, "help": "write a number in this range", "at": name}
                raise PydanticCustomError("GF115", "{message}", context) from None
        return value.model_copy(update={"low": low})


def live_bounds(model: type[Params], name: str) -> tuple[float | None, float | None]:
    """The bounds of a parameter that may be live."""
    field = model.model_fields[name]
    parts: list[Any] = [*field.metadata, field.annotation]
    while parts:
        part = parts.pop()
        if isinstance(part, _Within):
            return part.low, part.high
        parts.extend(get_args(part))
    return None, None


LiveRate = Annotated[Live, _Within(0)]
"""A live number of at least 0."""
LiveShare = Annotated[Live, _Within(0, 1)]
"""A live number from 0 to 1."""
AdaptiveShare = Annotated[
    Annotated[LiveShare, Tag("number")] | Annotated[Adaptive, Tag("adaptive")],
    Discriminator(lambda value: "adaptive" if _adapts(value) else "number"),
]
"""A live number from 0 to 1, or one that adapts itself to a figure of the log."""
LiveCount = Annotated[Live, _Within(1)]
"""A live number of at least 1."""
LiveBeta = Annotated[Live, _Within(0, below=1)]
"""A live number from 0 on, below 1: of an average of the past, the share that stays."""
LivePair = Annotated[
    tuple[LiveBeta, LiveBeta],
    BeforeValidator(list_of(_live), json_schema_input_type=list[Any] | str),
]
"""Two live numbers from 0 on, below 1: Adam's betas."""
