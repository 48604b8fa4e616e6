"""The lines that diagnostics point at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class Sources:
    """The lines of the files that a report points into; a file that was never read is read now."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        # A line ends with a line feed, as TOML has it; `splitlines` knows more ends.
        self._lines = {name: text.split("\n") for name, text in texts.items()}

    def line(self, file: str, number: int) -> str | None:
        """The line of a file, counted from 1; None where there is none."""
        if file not in self._lines:
            self._lines[file] = self._from_disk(file)
        lines = self._lines[file]
        return lines[number - 1] if 0 < number <= len(lines) else None

    @staticmethod
    def _from_disk(file: str) -> list[str]:
        try:
            return Path(file).read_text("utf-8-sig", "replace").split("\n")
        except (OSError, ValueError):
            return []
