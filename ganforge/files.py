"""Writing files."""

from __future__ import annotations

import shutil
from pathlib import Path

from ganforge.errors import CannotStart


def write_whole(path: Path, data: str | bytes) -> None:
    """Write a file under a temporary name and rename it: it is there whole or not at all.

    A text is written as UTF-8, its line ends as they are. A file that is replaced keeps its mode.
    Raises `CannotStart` where there is no such folder, and `OSError` of this path.
    """
    if not path.parent.is_dir():
        raise CannotStart(f"there is no folder {path.parent}: make it, or name another one")
    temporary = path.with_name(f".{path.name}.unfinished")
    try:
        temporary.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
