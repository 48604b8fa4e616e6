"""The metrics of a run: one JSON object per line."""

from __future__ import annotations

import json
from pathlib import Path


def append_metrics(path: Path, metrics: dict[str, float]) -> None:
    """Add a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(metrics) + "\n")


def drop_metrics(path: Path, round: int) -> None:
    """Drop the lines after a round: training resumes there and writes them again."""
    if path.exists():
        lines = [line for line in path.read_text().splitlines() if line.endswith("}")]
        kept = [line for line in lines if json.loads(line)["round"] <= round]
        path.write_text("".join(line + "\n" for line in kept))
