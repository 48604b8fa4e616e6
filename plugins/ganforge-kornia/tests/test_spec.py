"""kornia in a spec: checked without it, trained through a gradient penalty, and emitted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import ganforge

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
    run = ganforge.train(SPEC, SMALL, out=tmp_path / "run", rounds=2, device="cpu", log_every=1)
    script = tmp_path / "blurred.py"
    script.write_text(ganforge.emit(SPEC, SMALL))
    text = script.read_text()
    assert "It needs torch, numpy, Pillow and kornia:" in text
    assert "from kornia.filters import GaussianBlur2d, sobel" in text
    assert "ganforge_kornia" not in text
    alone = "import sys, runpy; sys.modules.update(ganforge=None, ganforge_kornia=None);"
    alone += "sys.argv[:] = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    options = ["--out", str(tmp_path / "b"), "--rounds", "2", "--device", "cpu", "--log-every", "1"]
    command = [sys.executable, "-c", alone, str(script), *options]
    subprocess.run(command, check=True, capture_output=True)
    assert _losses(run) == _losses(tmp_path / "b")


def _losses(run: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if "second" not in k} for line in lines]
