"""kornia in a spec: checked without it, trained through a gradient penalty, and emitted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ganforge.testing import script_trains_alike

SPEC = Path(__file__).parents[1] / "examples" / "blurred-critic.toml"
SMALL = {"train.batch": 2}


def test_the_example_is_checked_without_kornia_and_torch() -> None:
    code = (
        "import sys; sys.modules.update(kornia=None, torch=None); import ganforge;"
        f"report = ganforge.check({str(SPEC)!r}); sys.exit(str(report))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == "No problems found.\n"


def test_two_rounds_are_trained_and_the_script_imports_kornia(tmp_path: Path) -> None:
    text = script_trains_alike(SPEC, SMALL, folder=tmp_path)
    assert "It needs torch, numpy, Pillow and kornia:" in text
    assert "from kornia.filters import GaussianBlur2d, sobel" in text
    assert "ganforge_kornia" not in text
