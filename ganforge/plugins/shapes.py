"""What flows along an edge: the type of a tensor, its batch axis left out. No torch here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace


class ShapeError(Exception):
    """A block or a loss cannot take what it is given.

    `code` names the rule, `help` the remedy, `at` the tensor of a loss that is meant.
    """

    def __init__(self, code: str, message: str, help: str | None = None, at: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.help, self.at = code, message, help, at


@dataclass(frozen=True, slots=True)
class LabelNoise:
    """How labels are noisy: with probability `rate` a class is drawn anew from all, or, with
    `pairs`, the first of each becomes the second; or `rows` hold p(noisy | clean), a row for each
    clean class. `noisy` says on which side a tensor stands, `condition` whose `noise` it is.
    """

    rate: float
    pairs: tuple[tuple[int, int], ...] = ()
    noisy: bool = False
    rows: tuple[tuple[float, ...], ...] = ()
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor per sample: `(C, H, W)` for images, `(N,)` for vectors, `()` for class indices.

    `classes` is set for int64 class indices; `range` where the values are known to stay in bounds,
    `noise` where classes are noisy, or stand for a field that is; `attributes` where each value is
    1 or 0, for what a sample has or lacks.
    """

    shape: tuple[int, ...]
    classes: int | None = None
    range: tuple[float, float] | None = None
    noise: LabelNoise | None = field(default=None, compare=False)
    attributes: bool = field(default=False, compare=False)

    @property
    def is_image(self) -> bool:
        return len(self.shape) == 3

    @property
    def channels(self) -> int:
        """C of an image, N of a vector."""
        return self.shape[0]

    @property
    def height(self) -> int:
        return self.shape[1]

    @property
    def width(self) -> int:
        return self.shape[2]

    @property
    def size(self) -> int:
        """The number of values per sample."""
        total = 1
        for side in self.shape:
            total *= side
        return total

    def with_shape(self, *shape: int) -> Tensor:
        """Another shape; the range is forgotten, since the values are new."""
        return Tensor(shape)

    def reshaped(self, *shape: int) -> Tensor:
        """The same values in another shape."""
        return replace(self, shape=shape)

    @property
    def described(self) -> str:
        """What it is, within a sentence."""
        if self.attributes:
            return f"{self.size} attributes"
        return f"{'a ' if self.classes is not None else ''}{self}"

    def __str__(self) -> str:
        if self.classes is not None:
            return f"class of {self.classes}"
        return " x ".join(map(str, self.shape)) if self.shape else "scalar"


@dataclass(frozen=True, slots=True)
class TensorList:
    """A list of tensors: what a keyed id, `split` or a multi-scale network gives."""

    items: tuple[Shape, ...]

    def __str__(self) -> str:
        shown = ["?" if item is None else str(item) for item in self.items]
        if len(shown) > 3:
            shown[1:-1] = ["..."]
        return "[" + ", ".join(shown) + "]"


Shape = Tensor | TensorList | None
"""`None` is the unknown shape: it poisons quietly what follows from it."""


def sizes_of(shape: Shape) -> Iterator[object]:
    """All sizes of a shape; a plugin may give some that are no whole numbers."""
    if isinstance(shape, Tensor):
        yield from shape.shape
    for item in shape.items if isinstance(shape, TensorList) else ():
        yield from sizes_of(item)
