"""Which findings are asked for: `--select`, `--ignore` and their settings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.diagnostics import rules
from ganforge.diagnostics.diagnostic import Diagnostic, Rule, Severity
from ganforge.diagnostics.report import Report
from ganforge.diagnostics.suggest import near_rule

if TYPE_CHECKING:
    from ganforge.checking.walk import Patterns

ALWAYS = frozenset({"GF100", "GF103", "GF108", "GF118", "GF121"})
"""What stops the reading of a spec is always told: nothing else can be known of that spec."""


class UnknownRule(Exception):
    """No rule has this name. The text of the exception says which is near."""

    def __init__(self, name: str) -> None:
        self.help = near_rule(name, _with_plugins())
        super().__init__(f"there is no rule `{name}`: {self.help}")


def codes_of(name: str) -> frozenset[str]:
    """The rules that a code, the beginning of codes such as `GF7`, or a name means.

    Raises `UnknownRule`.
    """
    found = _meant(name, rules.ALL) or _meant(name, _with_plugins())
    if not found:
        raise UnknownRule(name)
    return found


def _meant(name: str, known: Mapping[str, Rule]) -> frozenset[str]:
    codes = frozenset(code for code, rule in known.items() if rule.slug == name)
    start = name.upper()
    if codes or not re.match(r"[A-Z]{2,8}\d*", start):
        return codes
    return frozenset(code for code in known if code.startswith(start))


def _with_plugins() -> Mapping[str, Rule]:
    """The rules of plugins too, which are loaded only where one may be meant."""
    from ganforge.plugins.registry import load_registry

    return load_registry().all_rules


@dataclass(frozen=True)
class Choice:
    """What one place asks for: `select` alone, if it is given, and never `ignore`."""

    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()

    @classmethod
    def of(cls, select: Iterable[str] | None, ignore: Iterable[str]) -> Choice:
        """The choice that names of rules make. Raises `UnknownRule`."""
        chosen = None if select is None else frozenset[str]().union(*map(codes_of, select))
        return cls(chosen, frozenset[str]().union(*map(codes_of, ignore)))


EVERYTHING = Choice()


@dataclass(frozen=True)
class Selection:
    """Which findings are kept. The command line goes before the settings: what its `select` names
    is kept whatever they ignore.
    """

    asked: Choice = EVERYTHING
    usual: Choice = EVERYTHING
    per_file: tuple[tuple[Patterns, frozenset[str]], ...] = ()

    def allows(self, code: str) -> bool:
        """Whether a rule is asked for, in some file at least."""
        usual, asked = self.usual, self.asked
        kept = (usual.select is None or code in usual.select) and code not in usual.ignore
        return (kept if asked.select is None else code in asked.select) and code not in asked.ignore

    def keeps(self, diagnostic: Diagnostic) -> bool:
        """Whether a finding is asked for."""
        if diagnostic.code in ALWAYS:
            return True
        if not self.allows(diagnostic.code):
            return False
        if diagnostic.span is None or not self.per_file:
            return True
        file = Path(os.path.abspath(diagnostic.span.file))
        return not any(
            diagnostic.code in codes and where.matches(file) for where, codes in self.per_file
        )

    def of(self, reports: Mapping[str, Report]) -> dict[str, Report]:
        """The reports without what is not asked for."""
        return {
            name: replace(
                report,
                diagnostics=tuple(filter(self.keeps, report.diagnostics)),
                suppressed=tuple(s for s in report.suppressed if self.keeps(s.diagnostic)),
            )
            for name, report in reports.items()
        }


def errors_left_out(before: Mapping[str, Report], after: Mapping[str, Report]) -> int:
    """How many errors a selection hides."""
    kept = {id(d) for report in after.values() for d in report.diagnostics}
    found = (d for report in before.values() for d in report.diagnostics)
    return sum(d.severity is Severity.ERROR and id(d) not in kept for d in found)
