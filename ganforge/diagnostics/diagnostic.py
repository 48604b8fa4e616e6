"""What the compiler says about a spec: one immutable value per finding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is; members are ordered from grave to light."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file. Lines and columns count from 1, columns in characters, the end is
    exclusive.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def part(self, start: int, end: int) -> Span:
        """The characters `start` to `end` of a span on one line; the span itself on several."""
        if self.line != self.end_line:
            return self
        return Span(self.file, self.line, self.column + start, self.line, self.column + end)


@dataclass(frozen=True, slots=True)
class Label:
    """A secondary place that explains a finding, such as the producer of a shape."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of a file and the text that takes its place."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A mechanical repair: what it does in a few words, and the edits that do it together."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with a spec.

    `says` is what is wrong and `why` why that matters. `bad` is the smallest fragment that breaks
    the rule and `good` the same fragment repaired. `see` links to the paper that the rule follows,
    or to a public thread in which somebody met the mistake.
    """

    code: str
    slug: str
    severity: Severity
    says: str
    why: str
    bad: str
    good: str
    see: tuple[str, ...] = ()

    def at(
        self,
        span: Span | None,
        message: str,
        *,
        help: str | None = None,
        path: str = "",
        related: tuple[Label, ...] = (),
        fix: Fix | None = None,
    ) -> Diagnostic:
        """A finding of this rule at a place."""
        return Diagnostic(self, message, span, help, path, related, fix)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding: what is wrong in the user's words, where, and what to do about it."""

    rule: Rule
    message: str
    span: Span | None = None
    help: str | None = None
    path: str = ""
    related: tuple[Label, ...] = ()
    fix: Fix | None = None

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def slug(self) -> str:
        return self.rule.slug

    @property
    def severity(self) -> Severity:
        return self.rule.severity
