"""The embedded data set: drawn shapes whose class, place, size, angle and colours are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ganforge.runtime.data import RESIDENT, Arrays, fields_of
from ganforge.runtime.errors import DataError

Array = np.ndarray[Any, np.dtype[Any]]

FORMS = (  # points, inner radius (1 is the outer), hole, height per width
    ("circle", 24, 0.99, 0.0, 1.0),
    ("square", 4, 0.707, 0.0, 1.0),
    ("triangle", 3, 0.5, 0.0, 1.0),
    ("star", 5, 0.45, 0.0, 1.0),
    ("cross", 4, 0.0, 0.0, 1.0),
    ("ring", 24, 0.99, 0.55, 1.0),
    ("hexagon", 6, 0.866, 0.0, 1.0),
    ("ellipse", 24, 0.99, 0.0, 0.5),
    ("spark", 4, 0.35, 0.0, 1.0),
    ("sun", 10, 0.7, 0.0, 1.0),
)


class Factors(NamedTuple):
    """What an image shows, one value per sample (B); lengths are in half image sides."""

    form: Array
    x: Array
    y: Array
    radius: Array
    angle: Array
    colour: Array
    ground: Array


def hashed(index: Array, count: int) -> Array:
    """Numbers (B, count) in [0, 1) from integers alone: the finaliser of splitmix64."""
    bits: Array = index.astype(np.uint64)[:, None] * count + np.arange(count, dtype=np.uint64)
    bits = (bits + 1) * 0x9E3779B97F4A7C15
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB
    return ((bits ^ (bits >> 31)) >> 40).astype(np.float32) / 2**24


def colours(hue: Array, value: Array, channels: int) -> Array:
    """Colours (B, C) in 0..1 by hue, half saturated at least; grey has the value alone."""
    if channels == 1:
        return value[:, None]
    wheel = np.abs((6 * hue[:, None] + np.array([0, 4, 2], np.float32)) % 6 - 3) - 1
    return value[:, None] * (0.2 + 0.8 * np.clip(wheel, 0, 1))


def factors(index: Array, classes: int, channels: int) -> Factors:
    """What the samples at `index` show."""
    u = hashed(index, 9).T
    dark = np.where(u[8] < 0.5, np.float32(0.06), 0.12 + 0.2 * u[7])
    return Factors(
        form=(u[0] * classes).astype(np.int64),
        x=0.5 * u[1] - 0.25,
        y=0.5 * u[2] - 0.25,
        radius=0.4 + 0.3 * u[3],
        angle=2 * np.pi * u[4],
        colour=colours(u[5], 0.75 + 0.25 * u[6], channels),
        ground=colours(u[7], dark, channels),
    )


def distances(shown: Factors, height: int, width: int) -> Array:
    """How far each pixel (B, H, W) lies outside its shape, in radii; negative inside."""
    table = np.array([row[1:] for row in FORMS], np.float32)[shown.form]
    points, inner, hole, aspect = table.T[:, :, None, None]
    x, y, radius, angle = (part[:, None, None] for part in shown[1:5])
    side, across, down = min(height, width), np.arange(width), np.arange(height)[:, None]
    right = ((2 * across + 1 - width) / side).astype(np.float32) - x
    below = ((2 * down + 1 - height) / side).astype(np.float32) - y
    u = (np.cos(angle) * right + np.sin(angle) * below) / radius
    v = (np.cos(angle) * below - np.sin(angle) * right) / (radius * aspect)
    far, turn, sector = np.hypot(u, v), np.arctan2(v, u), np.pi / points
    # A star repeats one edge, from (1, 0) to its inner corner: fold the plane onto that sector.
    turn -= 2 * sector * np.rint(turn / (2 * sector))
    turn = np.abs(turn)
    a, b = inner * np.cos(sector) - 1, inner * np.sin(sector)
    star = ((far * np.cos(turn) - 1) * b - far * np.sin(turn) * a) / np.hypot(a, b)
    long, short = np.maximum(np.abs(u), np.abs(v)), np.minimum(np.abs(u), np.abs(v))
    solid = np.where(inner > 0, star, np.maximum(short - 0.28, long - 0.95))
    return aspect * np.where(hole > 0, np.maximum(solid, hole - far), solid)


def render(shown: Factors, size: tuple[int, int], outline: bool) -> Array:
    """Images (B, C, H, W) of bytes; `outline` is the second style: on white, only the edge."""
    outside = distances(shown, *size)
    colour, ground = shown.colour, shown.ground
    if outline:
        outside, ground = np.abs(outside + 0.08) - 0.08, np.ones_like(ground)
    pixels = shown.radius[:, None, None] * min(size) / 2
    cover = np.clip(0.5 - outside * pixels, 0, 1)[:, None]
    ground, colour = (255 * part[:, :, None, None] for part in (ground, colour))
    return (ground + cover * (colour - ground) + 0.5).astype(np.uint8)


class Shapes(Arrays):
    """Shapes, drawn when they are first read, and kept where all of them fit into memory."""

    def __init__(
        self, declared: dict[str, dict[str, Any]], classes: int, other: dict[str, int], count: int
    ) -> None:
        """`other` has the fields of the second style and at which sample they start."""
        self.declared, self.classes, self.other, self.count = declared, classes, other, count
        one = self.draw(torch.zeros(1, dtype=torch.int64), list(declared))
        self.kept = count * sum(values.nbytes for values in one.values()) <= RESIDENT
        self.done = torch.zeros(count, dtype=torch.bool)
        rows = count if self.kept else 0
        super().__init__({name: one[name].new_empty(rows, *one[name].shape[1:]) for name in one})

    def __len__(self) -> int:
        return self.count

    def to(self, device: torch.device) -> Arrays:
        """Itself: shapes are drawn by the CPU."""
        return self

    def read(self, index: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
        """The samples at `index` (B), of the named fields only."""
        if not self.kept:
            return self.draw(index, names)
        new = index[~self.done[index]].unique()
        for name, values in self.draw(new, list(self.fields)).items():
            self.fields[name][new] = values
        self.done[new] = True
        return super().read(index, names)

    def draw(self, index: Tensor, names: Sequence[str]) -> dict[str, Tensor]:
        """The named fields, drawn anew."""
        values = {}
        for name in names:
            field, other = self.declared[name], name in self.other
            samples = index.numpy() + self.other.get(name, 0)
            shown = factors(samples, self.classes, field.get("channels", 1))
            image = field["kind"] == "image"
            raw = render(shown, field["size"], other) if image else shown.form
            values[name] = torch.from_numpy(raw)
        return values


def open_shapes(
    path: str, fields: dict[str, dict[str, Any]], *, count: int = 50_000, paired: bool = True
) -> Shapes:
    """`count` shapes; a second image field shows them (`paired`) or others in outline."""
    kinds = fields_of("shapes", fields, **{"image": 2, "class": 1})
    classes = min((fields[name]["classes"] for name in kinds["class"]), default=len(FORMS))
    if path:
        raise DataError(f"Shapes are drawn, not read from {path!r}: say `shapes` alone.")
    if classes > len(FORMS):
        raise DataError(f"Shapes have {len(FORMS)} classes, the spec declares {classes}.")
    other = dict.fromkeys(kinds["image"][1:], 0 if paired else count)
    return Shapes(fields, classes, other, count)
