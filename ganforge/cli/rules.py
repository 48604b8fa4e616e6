"""`ganforge rules`: everything that can be wrong with a spec."""

from __future__ import annotations

import click

from ganforge.cli.catalog import in_columns, tell_broken_plugins


@click.command("rules")
@click.option("--format", "form", type=click.Choice(["text", "json", "md"]), default="text")
def command(form: str) -> None:
    """List the rules by their codes, those of plugins too; `ganforge explain CODE` tells more.

    As `json` and `md` they are told in full: why, an example, and where to read on.
    """
    from ganforge.diagnostics import pages
    from ganforge.plugins.registry import load_registry

    registry = load_registry()
    tell_broken_plugins(registry)
    rules = sorted(registry.all_rules.values(), key=lambda rule: rule.code)
    if form == "json":
        click.echo(pages.as_json(rules))
    elif form == "md":
        click.echo(pages.as_markdown(rules))
    else:
        click.echo(in_columns((f"{r.code} {r.severity:<7}", r.says) for r in rules))
