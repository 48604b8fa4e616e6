"""A compiled spec as a script that stands alone."""

from __future__ import annotations

from ganforge.errors import CannotStart
from ganforge.pipeline import Compilation
from ganforge.runs.data import check_fields, known_kind


def script(compilation: Compilation, data: str | None, command: str) -> str:
    """The script of a spec without errors. command: how it was made, for its header.

    Raises `CannotStart` where there is no such data source, or where a plugin's code cannot be
    taken out of its package.
    """
    from ganforge.codegen.inline import standalone
    from ganforge.codegen.sources import InlineError

    if data:
        kind = data.partition(":")[0]
        known_kind(kind, compilation.registry)
        check_fields(kind, compilation)
    try:
        return standalone(compilation.program(data), command)
    except InlineError as error:
        raise CannotStart(f"this spec cannot be emitted: {error}") from error
