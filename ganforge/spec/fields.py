"""Fields of the data that say several things of a sample at once: attributes, and vectors."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ganforge.plugins.params import Ints, Params, Positive, Word


class AttributesField(Params):
    """What holds of every sample: float32 `(size)`, each 1 or 0."""

    kind: Literal["attributes"]
    size: Positive
    names: list[str] = Field(default=[])
    exclusive: list[Ints] = Field(default=[])
    source: Word | None = Field(default=None, alias="from", min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> AttributesField:
        if problem := self._names() or self._groups():
            message, help = problem
            raise PydanticCustomError("GF115", "{message}", {"message": message, "help": help})
        return self

    def _names(self) -> tuple[str, str] | None:
        if len(set(self.names)) < len(self.names):
            return "`names` has an attribute twice", "name each once"
        if self.names and len(self.names) != self.size:
            message = f"`names` are {len(self.names)}, and `size` is {self.size}"
            return message, f"write `size = {len(self.names)}`, or other names"
        return None

    def _groups(self) -> tuple[str, str] | None:
        numbers = [number for group in self.exclusive for number in group]
        if any(not 0 <= number < self.size for number in numbers):
            message = f"`exclusive` has numbers that none of the {self.size} attributes has"
            return message, f"they are numbered from 0 to {self.size - 1}"
        if len(set(numbers)) < len(numbers):
            return "`exclusive` has an attribute twice", "an attribute is in one group at most"
        if any(len(group) < 2 for group in self.exclusive):
            return "a group of `exclusive` has two attributes or more", "such as `[[0, 1, 2]]`"
        return None


class VectorField(Params):
    """Numbers that describe every sample: float32 `(size)`."""

    kind: Literal["vector"]
    size: Positive
    source: Word | None = Field(default=None, alias="from", min_length=1)
