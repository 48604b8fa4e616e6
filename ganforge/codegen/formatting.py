"""The program as ruff formats it: 100 columns, imports sorted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LINE_LENGTH = 100


def formatted(text: str) -> str:
    """The text, formatted; unused and unsorted imports are put right. Raises `RuntimeError` on
    invalid text.
    """
    options = [
        "--isolated",
        "--quiet",
        "--line-length",
        str(LINE_LENGTH),
        "--target-version",
        "py311",
    ]
    fixed = _ruff(
        ["check", "--select", "I,F401", "--fix-only", *options, "--config", KNOWN, "-"], text
    )
    return _ruff(["format", *options[:-2], "--config", 'target-version = "py311"', "-"], fixed)


KNOWN = 'lint.isort.known-first-party = ["ganforge", "ganforge_blocks"]'


def _ruff(arguments: list[str], text: str) -> str:
    done = subprocess.run([_executable(), *arguments], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"the generated program is no Python: {done.stderr.strip()}")
    return done.stdout


def _executable() -> str:
    """The ruff beside this Python, found without importing anything else."""
    beside = Path(sys.executable).parent / "ruff"
    if beside.exists():
        return str(beside)
    from ruff.__main__ import find_ruff_bin  # type: ignore[import-untyped]

    return str(find_ruff_bin())
