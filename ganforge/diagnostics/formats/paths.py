"""Files as tools outside name them: from the root of the checkout, with slashes."""

from __future__ import annotations

import os
from pathlib import Path


def checkout() -> Path:
    """The root of the repository: GitHub's workspace, the nearest folder above with `.git`, or the
    current folder where there is none.
    """
    if workspace := os.environ.get("GITHUB_WORKSPACE"):
        return Path(os.path.realpath(workspace))
    here = Path(os.path.realpath(os.curdir))
    return next((f for f in (here, *here.parents) if (f / ".git").exists()), here)


def from_root(file: str, root: Path) -> str | None:
    """The path of a file below the root; None for one elsewhere, and for what is no file."""
    if not os.path.exists(file):
        return None
    try:
        return Path(os.path.realpath(file)).relative_to(root).as_posix()
    except ValueError:
        return None
