"""Programs that train in pieces, as a run is stopped and resumed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ganforge.runs.programs import import_program

Trained = Callable[..., bytes]


@pytest.fixture
def trained(tmp_path: Path) -> Trained:
    """`trained(text, folder, 3, 6)`: a program's tensors after it was stopped and resumed there."""

    def trained(text: str, folder: str, *rounds: int) -> bytes:
        module = import_program(text)
        for k, count in enumerate(rounds):
            options = {"data": "shapes", "device": "cpu", "rounds": count, "resume": k > 0}
            list(module.train(module.Options(tmp_path / folder, **options)))
        last = tmp_path / folder / f"checkpoints/round-{rounds[-1]:06d}"
        return (last / "tensors.safetensors").read_bytes()

    return trained
