"""What the kit says where a declaration does not keep what it promises."""

from __future__ import annotations


class Unmet(AssertionError):
    """A promise that is not kept: what was found, on which case, and what its author can do."""

    def __init__(self, found: str, case: object, remedy: str) -> None:
        super().__init__(f"{found}\n  case: {case}\n  what to do: {remedy}")


def reason(error: BaseException) -> str:
    """The first line of an error, with its kind."""
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
