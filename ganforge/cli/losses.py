"""`ganforge losses`: the losses that specs may name."""

from __future__ import annotations

import click

from ganforge.cli.catalog import show_catalog


@click.command("losses")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the losses, or tell what the loss NAME can be told."""
    from ganforge.plugins.registry import load_registry
    from ganforge.show.declarations import loss_text

    registry = load_registry()
    show_catalog(registry, "loss", registry.losses, name, loss_text)
