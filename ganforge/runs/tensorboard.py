"""Metrics as TensorBoard reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Board:
    """Writes metrics by round into a run's folder; without any there is no file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: Any = None

    def add(self, metrics: Mapping[str, Any]) -> None:
        """Write the numbers of one round; words, such as the stage's name, are none."""
        if self._writer is None:
            from tensorboard.summary import Writer  # type: ignore[import-untyped]

            self._writer = Writer(str(self._folder))
        for name, value in metrics.items():
            if name != "round" and not isinstance(value, str):
                self._writer.add_scalar(name, value, int(metrics["round"]))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
