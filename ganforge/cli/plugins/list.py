"""`ganforge plugins list`: the plugins that were found, a line for each."""

from __future__ import annotations

import click

from ganforge.cli.catalog import in_columns


@click.command("list")
def command() -> None:
    """List the plugins that are installed, and how much each gives."""
    from ganforge.plugins.health import Health, health_of
    from ganforge.plugins.kinds import BY_NOUN
    from ganforge.plugins.registry import load_registry

    def said(health: Health) -> str:
        if health.left_out:
            return health.left_out
        counts = [
            f"{len(names)} {noun if len(names) == 1 else BY_NOUN[noun].plural}"
            for noun, names in health.gives.items()
        ]
        wrong = ["`ganforge plugins doctor` says what is wrong"] if health.problems else []
        return ", ".join(counts or ["nothing"]) + "".join(f"; {text}" for text in wrong)

    found = health_of(load_registry())
    click.echo(in_columns((str(health.owner), said(health)) for health in found))
