"""The program as ruff formats it: 100 columns, imports sorted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

LINE_LENGTH = 100
_STYLE = ("--isolated", "--quiet", "--line-length", str(LINE_LENGTH))
_PYTHON = ("--config", 'target-version = "py311"')


def formatted(text: str, own: Iterable[str] = ()) -> str:
    """The text, formatted; unused and unsorted imports are put right.

    own: packages whose imports stand behind those of all others. Raises `RuntimeError` on invalid
    text.
    """
    own_last = f"lint.isort.known-first-party = {json.dumps(sorted(own))}"
    rules = ("--select", "I,F401", "--fix-only", "--config", own_last)
    fixed = _ruff(["check", *rules, *_STYLE, *_PYTHON, "-"], text)
    return _ruff(["format", *_STYLE, *_PYTHON, "-"], fixed)


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
