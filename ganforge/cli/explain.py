"""`ganforge explain`: one rule, why it is there, and what breaks it."""

from __future__ import annotations

import textwrap

import click

from ganforge.diagnostics.diagnostic import Rule
from ganforge.errors import CannotStart


@click.command("explain")
@click.argument("code")
def command(code: str) -> None:
    """Explain a rule by its CODE, such as GF105, or by its name."""
    from ganforge.diagnostics.rules import ALL
    from ganforge.diagnostics.suggest import did_you_mean

    names = {name: rule for rule in ALL.values() for name in (rule.code, rule.slug)}
    rule = names.get(code.upper()) or names.get(code.lower())
    if rule is None:
        raise CannotStart(f"there is no rule `{code}`: {did_you_mean(code.upper(), ALL)}")
    click.echo(_text(rule))


def _text(rule: Rule) -> str:
    parts = [f"{rule.code} {rule.slug} ({rule.severity})", rule.says, rule.why]
    for name, example in (("wrong:", rule.bad), ("right:", rule.good)):
        if example:
            parts.append(f"{name}\n{textwrap.indent(example.strip(), '  ')}")
    return "\n\n".join(part for part in parts if part)
