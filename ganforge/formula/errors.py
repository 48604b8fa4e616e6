"""What can go wrong in a formula."""

from __future__ import annotations

from ganforge.diagnostics.diagnostic import Label


class FormulaError(Exception):
    """A formula that cannot be read or computed.

    `code` names the rule, `start` and `end` count characters of the formula's text, `nodes` are the
    values that conflict.
    """

    def __init__(
        self,
        code: str,
        message: str,
        help: str | None = None,
        start: int = 0,
        end: int | None = None,
        nodes: tuple[int, ...] = (),
        related: tuple[Label, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.help = code, message, help
        self.start, self.end = start, end
        self.nodes, self.related = nodes, related


class UnknownShapeError(Exception):
    """A formula needs a param or a shape that an earlier mistake left unknown: nothing more is
    said.
    """


def growing(name: str, start: int = 0, end: int | None = None) -> FormulaError:
    """The refusal of a name that only growing stages know."""
    message = f"`{name}` is known where stages grow, and no stage sets a level here"
    help = 'write `level = "range(3)"` in `[stages.grow]`: one stage for each level'
    return FormulaError("GF605", message, help, start, end)
