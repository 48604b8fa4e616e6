"""What the language has and this version does not build. It is refused, saying so; nothing is
ignored.
"""

from __future__ import annotations

from collections.abc import Mapping

from ganforge.document import Path
from ganforge.spec.findings import Findings

KEYS: Mapping[str, frozenset[str]] = {
    "": frozenset({"search"}),
    "data": frozenset({"normalize"}),
}
"""Keys by the table they belong to."""
BLOCKS = frozenset(
    [
        "inception-features",
    ]
)


def planned(what: str, *, plural: bool = False) -> str:
    """The message of GF117."""
    verb, them = ("are", "them") if plural else ("is", "it")
    return f"{what} {verb} part of the language, but this version of ganforge does not build {them}"


def refuse(
    findings: Findings, path: Path, what: str, *, plural: bool = False, key: bool = False
) -> None:
    """Reports GF117 at a place."""
    help = "remove it, or use a later version"
    findings.add("GF117", path, planned(what, plural=plural), help, key=key)
