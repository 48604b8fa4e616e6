"""`ganforge rules`: everything that can be wrong with a spec."""

from __future__ import annotations

import click

from ganforge.cli.catalog import in_columns


@click.command("rules")
def command() -> None:
    """List the rules by their codes; `ganforge explain CODE` tells more of one."""
    from ganforge.diagnostics.rules import ALL

    rules = sorted(ALL.values(), key=lambda rule: rule.code)
    click.echo(in_columns((f"{r.code} {r.severity:<7}", r.says) for r in rules))
