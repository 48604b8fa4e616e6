"""What the language has and this version does not build. It is refused, saying so; nothing is
ignored.
"""

from __future__ import annotations

from ganforge.spec.findings import Findings

TABLES = frozenset({"search"})


def planned(what: str) -> str:
    """The message of GF117."""
    return f"{what} is part of the language, but this version of ganforge does not build it"


def refuse_table(findings: Findings, name: str) -> None:
    """Reports GF117 for a table."""
    help = "remove it, or use a later version"
    findings.add("GF117", (name,), planned(f"`[{name}]`"), help, key=True)
