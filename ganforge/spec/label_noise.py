"""How labels are noisy: `corrupt` of a field, `noise` of a condition."""

from __future__ import annotations

import math
import pathlib
from typing import Literal, TypeVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ganforge.document import Path
from ganforge.plugins.params import Float, Floats, Int, Ints, Params
from ganforge.plugins.shapes import LabelNoise
from ganforge.spec.findings import Findings

MAX_BYTES = 16_000_000
"""The largest file of a matrix: some 1,000 classes."""
EXAMPLES = {
    "pairs": "such as `pairs = [[9, 1], [2, 0]]`: 9 becomes 1, and 2 becomes 0",
    "rows": "such as `rows = [[0.9, 0.1], [0.2, 0.8]]`: a row for each clean class, whose "
    "probabilities have the sum 1",
}
_KEYS = {"symmetric": ("rate",), "pairs": ("rate", "pairs"), "matrix": ("rows", "file")}


class NoiseTable(Params):
    """Noise of labels: each drawn anew with a rate, the first of each pair made the second, or
    p(noisy | clean) as a matrix.
    """

    kind: Literal["symmetric", "pairs", "matrix"]
    rate: Float | None = Field(default=None, gt=0, le=1)
    pairs: list[Ints] = Field(default=[], max_length=1000)
    rows: list[Floats] = Field(default=[], max_length=1000)
    file: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> NoiseTable:
        if problem := self._missing() or self._needless() or self._wrong():
            code, message, help = problem
            raise PydanticCustomError(code, "{message}", {"message": message, "help": help})
        return self

    def _missing(self) -> tuple[str, str, str] | None:
        if self.kind == "matrix":
            missing, help = not self.rows and self.file is None, EXAMPLES["rows"]
            what = "`rows`, or the `file` that holds them"
        else:
            missing, what, help = self.rate is None, "`rate`", "such as `rate = 0.3`"
        return ("GF111", f"noise of kind `{self.kind}` needs {what}", help) if missing else None

    def _needless(self) -> tuple[str, str, str] | None:
        for key in sorted(self.model_fields_set - {"kind", "seed"}):
            if key not in _KEYS[self.kind]:
                kinds = " or ".join(f'`kind = "{k}"`' for k in _KEYS if key in _KEYS[k])
                message = f"noise of kind `{self.kind}` does not use `{key}`"
                return "GF115", message, f"remove it, or write {kinds}"
        if self.rows and self.file is not None:
            return "GF115", "`rows` and `file` both give the matrix", "remove one of them"
        return None

    def _wrong(self) -> tuple[str, str, str] | None:
        if self.kind == "pairs":
            message = _wrong_pairs(self.pairs)
            return ("GF115", message, EXAMPLES["pairs"]) if message else None
        message = wrong_rows(self.rows)
        return ("GF115", message, EXAMPLES["rows"]) if message else None

    def of_labels(self, *, noisy: bool, condition: str) -> LabelNoise:
        """The noise as declarations see it, on clean or on noisy labels."""
        pairs = tuple((pair[0], pair[1]) for pair in self.pairs)
        return LabelNoise(self.rate or 0.0, pairs, noisy, tuple(self.rows), condition)


class CorruptTable(NoiseTable):
    """`corrupt`: noise that is put on the labels once, by a seed."""

    seed: Int = Field(default=0, ge=0)


Noise = TypeVar("Noise", bound=NoiseTable)


def _wrong_pairs(pairs: list[tuple[int, ...]]) -> str | None:
    if not pairs or any(len(pair) != 2 or pair[0] == pair[1] for pair in pairs):
        return "`pairs` lists two different classes at a time"
    if len({pair[0] for pair in pairs}) < len(pairs):
        return "`pairs` makes two others of one class"
    return None


def wrong_rows(rows: list[tuple[float, ...]]) -> str | None:
    """What is wrong with a matrix of p(noisy | clean), a row for each clean class."""
    for k, row in enumerate(rows):
        if len(row) != len(rows):
            return f"row {k} of the matrix has {len(row)} numbers, and there are {len(rows)} rows"
        if not all(0 <= value <= 1 for value in row):
            return f"row {k} of the matrix holds a number that is no probability"
        if not math.isclose(sum(row), 1, abs_tol=1e-3):
            return f"row {k} of the matrix has the sum {sum(row):g}"
    return None


def with_matrix(table: Noise | None, path: Path, findings: Findings) -> Noise | None:
    """The noise with the matrix of its file, if it names one; GF121 or GF115 if that is none.

    A file holds a row of numbers a line, divided by commas or blanks, as `numpy.savetxt` writes
    them. Its path starts from the file that names it.
    """
    if table is None or table.file is None:
        return table
    place = (*path, "file")
    span = findings.document.span(place)
    file = pathlib.Path(span.file if span else "").parent / table.file
    text = _read(file)
    if text is None:
        help = f"a text file of at most {MAX_BYTES:,} bytes, with a row of numbers a line"
        findings.add("GF121", place, f"`{file}` cannot be read", help)
        return table
    try:
        lines = [line.replace(",", " ").split() for line in text.splitlines()]
        rows = [tuple(map(float, line)) for line in lines if line]
        message = wrong_rows(rows) or ("" if rows else "the file holds no matrix")
    except ValueError as error:
        rows, message = [], f"the file holds something that is no number: {error}"
    if message:
        findings.add("GF115", place, message, "a row of numbers a line, divided by commas")
    return table.model_copy(update={"rows": rows})


def _read(file: pathlib.Path) -> str | None:
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            return None
        return file.read_text("utf-8")
    except (OSError, ValueError):
        return None


def check_classes(table: NoiseTable | None, classes: int, path: Path, findings: Findings) -> None:
    """GF115 for noise between classes that the field does not have."""
    for k, pair in enumerate(table.pairs if table else ()):
        if not 0 <= min(pair) <= max(pair) < classes:
            message = f"{list(pair)} names a class that is not there: there are {classes}"
            help = f"classes count from 0 to {classes - 1}"
            findings.add("GF115", (*path, "pairs", k), message, help)
    if table and table.rows and len(table.rows) != classes:
        key = "file" if table.file is not None else "rows"
        message = f"the matrix is of {len(table.rows)} classes, and the field has {classes}"
        findings.add("GF115", (*path, key), message, "give a row for each class")
