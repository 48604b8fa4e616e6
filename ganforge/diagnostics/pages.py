"""The rules as pages to read: one as text for a terminal, all of them as Markdown or JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ganforge.diagnostics.diagnostic import Rule

GROUPS = {
    "1": "Documents and formulas",
    "2": "Names and wiring",
    "3": "Shapes",
    "4": "Losses and gradients",
    "5": "Conditions and samples",
    "6": "Players and schedules",
    "7": "Practice",
    "8": "Plugins",
}
"""What the rules of each hundred are about."""


def as_text(rule: Rule) -> str:
    """One rule as a page for a terminal."""
    parts = [f"{rule.code} {rule.slug} ({rule.severity})", _wrapped(rule.says), _wrapped(rule.why)]
    parts.append(f"wrong:\n{textwrap.indent(rule.bad, '  ')}")
    parts.append(f"right:\n{textwrap.indent(rule.good, '  ')}")
    if rule.see:
        parts.append("see:\n" + "\n".join(f"  {link}" for link in rule.see))
    return "\n\n".join(parts)


def as_objects(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """The rules as plain values, for editors and scripts."""
    return [
        {
            "code": rule.code,
            "slug": rule.slug,
            "severity": rule.severity.value,
            "says": rule.says,
            "why": rule.why,
            "bad": rule.bad,
            "good": rule.good,
            "see": list(rule.see),
        }
        for rule in rules
    ]


def as_json(rules: Iterable[Rule]) -> str:
    """A JSON list with one object for every rule."""
    return json.dumps(as_objects(rules), indent=2, ensure_ascii=False)


def as_markdown(rules: Iterable[Rule], printed: Mapping[str, str] = MappingProxyType({})) -> str:
    """A section for every hundred, and in it one for every rule.

    printed: by code, what `ganforge check` prints of a spec that breaks the rule.
    """
    parts: list[str] = []
    for rule in rules:
        head = f"## {group_of(rule)}"
        parts += [] if head in parts else [head]
        parts.append(_section(rule, printed.get(rule.code, "")))
    return "\n\n".join(parts)


def group_of(rule: Rule) -> str:
    """What the rules beside this one are about; rules of plugins stand together."""
    return GROUPS[rule.code[2]] if rule.code.startswith("GF") else "Rules of plugins"


def anchor(rule: Rule) -> str:
    """Where `as_markdown` tells of a rule: the anchor of its heading."""
    return f"{rule.code.lower()}-{rule.slug}"


def _section(rule: Rule, printed: str) -> str:
    parts = [f"### {rule.code} {rule.slug}", f"*{rule.severity}.* {rule.says} {rule.why}"]
    parts += ["Wrong:", _fenced(rule.bad), "Right:", _fenced(rule.good)]
    if printed:
        parts += ["What `ganforge check` prints of such a spec:", _fenced(printed)]
    if rule.see:
        parts.append(f"See {', '.join(f'<{link}>' for link in rule.see)}.")
    return "\n\n".join(parts)


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 88, break_on_hyphens=False, break_long_words=False)
