"""A program's text as a module."""

from __future__ import annotations

import hashlib
import linecache
import sys
from pathlib import Path
from types import ModuleType

from ganforge.errors import CannotStart


def import_program(text: str, path: Path | None = None) -> ModuleType:
    """The module of a program, registered under a name made of its hash.

    path: the file that holds the text. Without one, tracebacks show the lines all the same.
    Raises `CannotStart` where a library is missing that a plugin requires.
    """
    name = f"ganforge_program_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    filename = str(path) if path else f"<{name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    module = ModuleType(name)
    module.__file__ = filename
    sys.modules[name] = module  # dataclasses and pickle look their module up here
    try:
        exec(compile(text, filename, "exec"), module.__dict__)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, ModuleNotFoundError):
            raise CannotStart(f"`{error.name}` is not installed, and this spec needs it") from None
        raise
    return module
