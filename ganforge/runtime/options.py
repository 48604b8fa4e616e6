"""What a run is told that is no science: where, how long, how often."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Options:
    """The options of a run; `rounds` and `kimg` end it early and shorten no schedule."""

    out: Path
    data: str
    seed: int = 0
    device: str = "cpu"
    rounds: float = math.inf
    kimg: float = math.inf
    resume: bool = False
    log_every: int = 50
    sample_every: int = 500
    checkpoint_every: int = 1000


@dataclass
class StagedOptions(Options):
    """The options of a run in stages: `stage` trains that one alone."""

    stage: str = ""
