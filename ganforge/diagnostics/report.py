"""All that was found in a spec, in the order in which it stands there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ganforge.diagnostics.diagnostic import Diagnostic, Severity, Span


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is not reported: by a comment of the spec with its reason, or a baseline.

    at: where the comment names the rule.
    """

    diagnostic: Diagnostic
    by: Literal["comment", "baseline"]
    reason: str = ""
    at: Span | None = None


@dataclass(frozen=True)
class Report:
    """Diagnostics ordered by place, each once, with the texts that they point into, and those
    that are suppressed.
    """

    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]
    suppressed: tuple[Suppressed, ...] = ()

    def __post_init__(self) -> None:
        ordered = sorted(dict.fromkeys(self.diagnostics), key=_place)
        object.__setattr__(self, "diagnostics", tuple(ordered))

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings and notes stop nothing."""
        return not self.errors

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return self._of(Severity.ERROR)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return self._of(Severity.WARNING)

    def _of(self, severity: Severity) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity is severity)

    def __str__(self) -> str:
        from ganforge.diagnostics.formats.text import render

        return render(self, color=False)


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    span = diagnostic.span
    if span is None:
        return "", sys.maxsize, 0, diagnostic.code
    return span.file, span.line, span.column, diagnostic.code
