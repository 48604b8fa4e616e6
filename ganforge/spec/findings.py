"""The diagnostics of one stage, gathered, and how a path of a document is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ganforge.diagnostics import rules
from ganforge.diagnostics.diagnostic import Diagnostic, Label, Severity, Span
from ganforge.document import Document, Path
from ganforge.formula.errors import FormulaError
from ganforge.spec.origins import origins


class Findings:
    """The diagnostics of one stage, gathered.

    Each stage makes its own and returns them as a tuple.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.items: list[Diagnostic] = []
        self._known: set[Diagnostic] = set()

    def add(
        self, code: str, path: Path, message: str, help: str | None = None, **more: Any
    ) -> None:
        """A finding at a path of the document. `key=True` points at the key, `span` at a part of
        the value.
        """
        key, span = more.pop("key", False), more.pop("span", None)
        span = span or self.document.span(path, key=key)
        labels = more.pop("related", ())
        labels = [label for label in labels if label.span != self.document.span(path)]
        given = origins(self.document, code, lookup(self.document, path), span)
        more["related"] = (*labels, *given)
        finding = rules.ALL[code].at(span, message, help=help, path=dotted(path), **more)
        if given and any((d.message, d.related) == (message, more["related"]) for d in self.items):
            return  # one value that does not fit, told at the first place that it reaches
        self.take(finding)

    def take(self, finding: Diagnostic) -> None:
        """A finding as it is; each is kept once."""
        if finding not in self._known:
            self._known.add(finding)
            self.items.append(finding)

    @property
    def errors(self) -> list[Diagnostic]:
        """The errors among the findings."""
        return [finding for finding in self.items if finding.severity is Severity.ERROR]

    def annotate(self, start: int, label: Label) -> None:
        """Adds a place to the findings from `start` on: where what they are about is used."""
        self.items[start:] = [replace(d, related=(*d.related, label)) for d in self.items[start:]]

    def withdraw(self, code: str, path: Path) -> None:
        """Takes back findings that a better one at the same place replaces."""
        at = dotted(path)
        self.items = [d for d in self.items if d.code != code or not d.path.startswith(at)]

    def missing(self, unlocated: Diagnostic, path: Path) -> None:
        """What the registry says of a name that it does not have, at the place that names it."""
        self.add(unlocated.code, path, unlocated.message, unlocated.help)

    def formula(self, error: FormulaError, path: Path, related: tuple[Label, ...] = ()) -> None:
        """An error of a formula or wiring, at the characters where it is."""
        span = self.inside(path, error)
        self.add(error.code, path, error.message, error.help, span=span, related=related)

    def inside(self, path: Path, error: FormulaError) -> Span | None:
        """The part of a string that an error of its formula means."""
        span = self.document.span(path)
        value = lookup(self.document, path)
        if span is None or not isinstance(value, str) or error.end is None:
            return span
        if span.line != span.end_line or span.end_column - span.column != len(value) + 2:
            return span
        return span.part(1 + error.start, 1 + error.end)


def holds(value: Any, step: str | int) -> bool:
    """Whether a table has this key, or a list this index."""
    if isinstance(value, Mapping):
        return step in value
    return isinstance(value, list | tuple) and isinstance(step, int) and step < len(value)


def lookup(document: Document, path: Path) -> Any:
    """The value at a path, None where there is none."""
    value: Any = document.values
    for step in path:
        if not holds(value, step):
            return None
        value = value[step]
    return value


def dotted(path: Path) -> str:
    """`networks.G.layers[3].out`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else ("." if text else "") + str(step)
    return text
