"""What the compiler accepts trains: two rounds of every player on the meta device, and samples."""

from __future__ import annotations

from pathlib import Path

import pytest
from claims import trains

from ganforge.pipeline import compile_spec
from ganforge.plugins.registry import Registry, load_registry

CASES = sorted((Path(__file__).parents[1] / "cases").glob("*.good.toml"))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.removesuffix(".good.toml"))
def test_repaired_specs_train(path: Path, registry: Registry) -> None:
    trains(compile_spec(path, registry=registry))
