"""The schema, and the two checkers of TOML that are known to read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ganforge.plugins.registry import Registry, load_registry
from ganforge.schema import schema_of


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_registry()


@pytest.fixture(scope="session")
def schema(registry: Registry) -> dict[str, Any]:
    return schema_of(registry)


@pytest.fixture(scope="session")
def schema_file(schema: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "ganforge.json"
    path.write_text(json.dumps(schema))
    return path
