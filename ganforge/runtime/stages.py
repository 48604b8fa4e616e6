"""What a stage of training is."""

from __future__ import annotations

import math
from typing import NamedTuple


class Stage(NamedTuple):
    """A part of training: it ends after so many rounds, kimg or epochs of its own."""

    name: str
    rounds: float = math.inf
    kimg: float = math.inf
    epochs: float = math.inf
    trains: tuple[str, ...] = ()  # networks
    needs: tuple[str, ...] = ()  # networks that stages before have trained
    level: int = 0  # how far networks have grown
    res: int = 0  # the height of images at this level
    fade_kimg: float = 0  # what is new is faded in first; then the length begins
    fresh_optimizers: bool = False  # they forget what they gathered in the stage before
    init_from: str = ""  # a stage whose end it starts from, or the folder of a run
    kept: bool = False  # whether its end is kept, for others to start from
