"""What reference networks return, as JSON files beside the project."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("GANFORGE_SHARED", "../shared")) / "facts" / "parity"


@pytest.fixture
def facts(file: str) -> dict[str, Any]:
    """The reference of that name; without the files its test is skipped."""
    if not FOLDER.exists():
        pytest.skip("the references are not at hand: `GANFORGE_SHARED` names their folder")
    return json.loads((FOLDER / f"{file}.json").read_text())
