"""Where the files lie that belong to the package and are no Python: templates and specs."""

from __future__ import annotations

from pathlib import Path


def folder(name: str) -> Path:
    """The folder `name` inside the installed package or, in a checkout, beside it."""
    package = Path(__file__).parent
    packaged = package / name
    return packaged if packaged.is_dir() else package.parent / name
