"""What a plugin's code raises while a spec is compiled, as a finding of that spec."""

from __future__ import annotations

import inspect
import sys
from functools import lru_cache, partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from sysconfig import get_path
from traceback import extract_tb

from ganforge.diagnostics import rules
from ganforge.plugins.absence import editable_folder, owner_of, shown, summary
from ganforge.plugins.manager import GROUP
from ganforge.plugins.shapes import ShapeError


def as_shape_error(error: Exception, named: str, function: object) -> ShapeError:
    """What a plugin raised, as a `ShapeError` of a rule that exists: what is no refusal of its own
    is a mistake of the plugin.

    function: what of the plugin was called.
    """
    if isinstance(error, ShapeError) and error.code in rules.ALL:
        return error
    return ShapeError("GF810", f"{named}: {told(error, function)}", remedy(function))


def told(error: BaseException, function: object) -> str:
    """An exception in one line, with the place in the plugin: the last line of its own that the
    exception came through, or else where the function begins.
    """
    place = "" if isinstance(error, SyntaxError) else _raised(error, function) or _begins(function)
    return f"{summary(error)}{place and f', at {place}'}"


def remedy(function: object) -> str:
    """What to do about a mistake of a plugin: who has its source correct it, others report it."""
    home = _module(function)
    if home is None:
        return "this is a mistake of the plugin: report it to its author"
    author = _author(home, _file(home))
    what = f"report it to the author of {author}" if author else "correct it there"
    return f"this is a mistake in `{home}`: {what}"


@lru_cache
def _author(home: str, file: str) -> str | None:
    """The distribution that gives a module, such as `alpha 2.1`; None where the user has its
    source: the code of a spec, a folder on the path, or an editable installation.
    """
    point = max(entry_points(group=GROUP), key=lambda p: _in_common(p, home), default=None)
    if point is not None and point.dist is not None and _in_common(point, home):
        return None if editable_folder(point) else str(owner_of(point))
    installed = any(Path(file).is_relative_to(get_path(name)) for name in ("purelib", "platlib"))
    return f"`{home.partition('.')[0]}`" if installed else None


def _in_common(point: EntryPoint, home: str) -> int:
    """How many names the modules of an entry point and this one begin with alike."""
    ours, theirs = home.split("."), point.value.partition(":")[0].strip().split(".")
    same = [a == b for a, b in zip(ours, theirs, strict=False)]
    return (*same, False).index(False)


def _raised(error: BaseException, function: object) -> str:
    home = (_module(function) or "").partition(".")[0]
    folders = list(map(str, getattr(sys.modules.get(home), "__path__", ())))
    own = {_file(_module(function) or "")}
    for frame in reversed(extract_tb(error.__traceback__)):
        if frame.filename in own or any(Path(frame.filename).is_relative_to(f) for f in folders):
            return f"{shown(frame.filename)}:{frame.lineno}"
    return ""


def _begins(function: object) -> str:
    code = getattr(_plain(function), "__code__", None)
    return f"{shown(code.co_filename)}:{code.co_firstlineno}" if code else ""


def _module(function: object) -> str | None:
    return getattr(_plain(function), "__module__", None)


def _file(module: str) -> str:
    return getattr(sys.modules.get(module), "__file__", None) or ""


def _plain(function: object) -> object:
    """A function without what wraps it."""
    while isinstance(function, partial):
        function = function.func
    return inspect.unwrap(function) if callable(function) else function
