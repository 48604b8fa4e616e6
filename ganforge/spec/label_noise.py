"""How labels are noisy: `corrupt` of a field, `noise` of a condition."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ganforge.document import Path
from ganforge.plugins.params import Float, Int, Ints, Params
from ganforge.plugins.shapes import LabelNoise
from ganforge.spec.findings import Findings


class NoiseTable(Params):
    """Noise of labels: each drawn anew with a rate, or the first of each pair made the second."""

    kind: Literal["symmetric", "pairs"]
    rate: Float = Field(gt=0, le=1)
    pairs: list[Ints] = Field(default=[], max_length=1000)

    @model_validator(mode="after")
    def _complete(self) -> NoiseTable:
        if problem := self._problem():
            message, help = problem
            raise PydanticCustomError("GF115", "{message}", {"message": message, "help": help})
        return self

    def _problem(self) -> tuple[str, str] | None:
        if self.kind == "symmetric":
            unused = "`pairs` is a key of noise of kind `pairs`"
            return (unused, 'remove it, or write `kind = "pairs"`') if self.pairs else None
        help = "such as `pairs = [[9, 1], [2, 0]]`: 9 becomes 1, and 2 becomes 0"
        if not self.pairs or any(len(pair) != 2 or pair[0] == pair[1] for pair in self.pairs):
            return "`pairs` lists two different classes at a time", help
        if len({pair[0] for pair in self.pairs}) < len(self.pairs):
            return "`pairs` makes two others of one class", help
        return None

    def of_labels(self, *, noisy: bool) -> LabelNoise:
        """The noise as declarations see it, on clean or on noisy labels."""
        pairs = tuple((pair[0], pair[1]) for pair in self.pairs)
        return LabelNoise(self.rate, pairs, noisy)


class CorruptTable(NoiseTable):
    """`corrupt`: noise that is put on the labels once, by a seed."""

    seed: Int = Field(default=0, ge=0)


def check_pairs(table: NoiseTable | None, classes: int, path: Path, findings: Findings) -> None:
    """GF115 for pairs of classes that the field does not have."""
    for k, pair in enumerate(table.pairs if table else ()):
        if not 0 <= min(pair) <= max(pair) < classes:
            message = f"{list(pair)} names a class that is not there: there are {classes}"
            help = f"classes count from 0 to {classes - 1}"
            findings.add("GF115", (*path, "pairs", k), message, help)
