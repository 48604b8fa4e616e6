"""`ganforge explain`: one rule, why it is there, and what breaks it."""

from __future__ import annotations

import click

from ganforge.errors import CannotStart


@click.command("explain")
@click.argument("code")
def command(code: str) -> None:
    """Explain a rule by its CODE, such as GF105, or by its name, such as not-whole."""
    from ganforge.diagnostics.pages import as_text
    from ganforge.diagnostics.suggest import near_rule
    from ganforge.plugins.registry import load_registry

    registry = load_registry()
    known = registry.all_rules
    word = code.strip().strip("[]")
    number = f"GF{word}" if word[:1].isdigit() else word.upper()
    names = {rule.slug: rule for rule in known.values()}
    check = registry.rules.get(word)
    rule = check.rule if check else known.get(number) or names.get(word.lower().replace("_", "-"))
    if rule is None and registry.explains("rule", number):
        missing = registry.missing("rule", number)
        raise CannotStart(f"{missing.message}: {missing.help}")
    if rule is None:
        name = number if word[:1].isdigit() else word
        raise CannotStart(f"there is no rule `{code}`: {near_rule(name, known)}")
    click.echo(as_text(rule))
