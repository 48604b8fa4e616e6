"""The diagnostics of one stage, gathered, and how a path of a document is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ganforge.diagnostics import rules
from ganforge.diagnostics.diagnostic import Diagnostic, Label, Severity, Span
from ganforge.document import Document, Path, Removal
from ganforge.formula.errors import FormulaError
from ganforge.spec.origins import fitting, origins, removal

SIZES = frozenset(
    code for code in rules.ALL if code in ("GF105", "GF115", "GF119") or code.startswith("GF3")
)
"""Rules about sizes: a size that an inherited spec cannot take may break several of them."""

SHOWS = "it shows here"
"""Says where a finding shows whose cause stands elsewhere."""


class Findings:
    """The diagnostics of one stage, gathered.

    Each stage makes its own and returns them as a tuple. training: the stage of training that they
    are about: what is wrong with `[train]` then stands at its own key, where it has one.
    """

    def __init__(self, document: Document, training: str = "") -> None:
        self.document = document
        self.training = training
        self.items: list[Diagnostic] = []
        self._known: set[Diagnostic] = set()
        self._given: set[tuple[str | Label | Span, ...]] = set()

    def add(
        self, code: str, path: Path, message: str, help: str | None = None, **more: Any
    ) -> None:
        """A finding at a path of the document. `key=True` points at the key, `span` at a part of
        the value.
        """
        path = self.place(path)
        key, span = more.pop("key", False), more.pop("span", None)
        span = span or self.document.span(path, key=key)
        labels = more.pop("related", ())
        labels = [label for label in labels if label.span != self.document.span(path)]
        value = lookup(self.document, path)
        given = origins(self.document, code, value, span)
        if code == "GF105":
            sizes = fitting(self.document, value)
            own = span is not None and self.document.distance(span) == 0
            help = f"{sizes}{', or use `ceil`' if own and not given else ''}" if sizes else help
        more["related"] = (*labels, *given)
        rule = rules.ALL[code]
        if help is None and rule.severity is Severity.ERROR:  # as of a plugin that says none
            help = f"`ganforge explain {code}` shows an example, and its repair"
        gone = removal(self.document, code, path, message)
        if gone is not None and lookup(self.document, gone.path) is None:
            self._gone(rule.at(gone.span, message, path=dotted(path)), gone, span)
            return
        finding = rule.at(span, message, help=help, path=dotted(path), **more)
        if given and (message, *more["related"]) in self._given:
            return  # one value that does not fit, told at the first place that it reaches
        self._given.add((message, *more["related"]))
        turned = self.turned(finding)
        if turned is finding or not self._follows(turned):
            self.take(turned)

    def place(self, path: Path) -> Path:
        """Where a key of `[train]` is written for this stage of training."""
        if path[:1] != ("train",) or not self.training:
            return path
        own = ("stages", self.training, *path[1:])
        return own if len(own) > 2 and lookup(self.document, own) is not None else path

    def _follows(self, turned: Diagnostic) -> bool:
        """Whether a line of the author's is known already not to fit what he inherits."""
        first = (d for d in self.items if d.span == turned.span and d.code in SIZES)
        return turned.code in SIZES and next(first, None) is not None

    def _gone(self, finding: Diagnostic, gone: Removal, needed_at: Span | None) -> None:
        """A finding about what `without` took away, at its entry; each entry is told once."""
        written = dotted(gone.path)
        if (written, gone.span) not in self._given:
            self._given.add((written, gone.span))
            message = f"{finding.message}: `without` removes `{written}`"
            help = f"keep `{written}`, or replace what needs it"
            far = needed_at is not None and self.document.distance(needed_at) > 0
            related = (Label(needed_at, "it is needed here"),) if needed_at and far else ()
            self.take(replace(finding, message=message, help=help, related=related))

    def turned(self, finding: Diagnostic) -> Diagnostic:
        """The finding at the author's own line, if that explains what shows in an inherited one."""
        if finding.span is None or not finding.related:
            return finding
        own = min(finding.related, key=lambda label: self.document.distance(label.span))
        if self.document.distance(own.span) >= self.document.distance(finding.span):
            return finding
        others = tuple(label for label in finding.related if label != own)
        related = (Label(finding.span, SHOWS), *others)
        told = re.sub("^.*(?:` is|gives) ", "", own.text) in finding.message
        explains = " is " in own.text or own.text.startswith("in ")
        message = f"{finding.message} ({own.text})" if explains and not told else finding.message
        return replace(finding, message=message, span=own.span, related=related)

    def take(self, finding: Diagnostic) -> None:
        """A finding as it is; each is kept once."""
        if finding not in self._known:
            self._known.add(finding)
            self.items.append(finding)

    @property
    def errors(self) -> list[Diagnostic]:
        """The errors among the findings."""
        return [finding for finding in self.items if finding.severity is Severity.ERROR]

    def annotate(self, start: int, label: Label, *, inherited: bool = False) -> None:
        """Adds a place to the findings from `start` on: where what they are about is used.

        inherited: only to those that stand in a spec that is extended.
        """
        for k, finding in enumerate(self.items[start:], start):
            far = finding.span is not None and self.document.distance(finding.span) > 0
            if far or not inherited:
                self.items[k] = self.turned(replace(finding, related=(*finding.related, label)))
        self.items = list(dict.fromkeys(self.items))

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
        path = self.place(path)
        span = self.document.span(path)
        value = lookup(self.document, path)
        if span is None or not isinstance(value, str) or error.end is None:
            return span
        if span.line != span.end_line or span.end_column - span.column != len(value) + 2:
            return span
        return span.part(1 + error.start, 1 + error.end)


def holds(value: Any, step: str | int) -> bool:
    """Whether a table has this key, or a list this index."""
    if isinstance(value, dict | Mapping):  # the second asks for longer
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
