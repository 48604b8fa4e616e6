"""`ganforge explain`: one rule, why it is there, and what breaks it."""

from __future__ import annotations

import click

from ganforge.errors import CannotStart


@click.command("explain")
@click.argument("code")
def command(code: str) -> None:
    """Explain a rule by its CODE, such as GF105, or by its name, such as not-whole."""
    from ganforge.diagnostics.pages import as_text
    from ganforge.diagnostics.rules import ALL
    from ganforge.diagnostics.suggest import did_you_mean

    word = code.strip().strip("[]")
    number = word.upper() if word[:2].upper() == "GF" else f"GF{word}"
    names = {rule.slug: rule for rule in ALL.values()}
    rule = ALL.get(number) or names.get(word.lower().replace("_", "-"))
    if rule is None:
        is_code = word[:1].isdigit() or word[:2].upper() == "GF"
        near = did_you_mean(number, ALL) if is_code else did_you_mean(word.lower(), names)
        raise CannotStart(f"there is no rule `{code}`: {near} (`ganforge rules` lists all)")
    click.echo(as_text(rule))
