"""`ganforge blocks`: the blocks that specs may name."""

from __future__ import annotations

import click

from ganforge.cli.catalog import show_catalog


@click.command("blocks")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the blocks, or tell what the block NAME can be told."""
    from ganforge.plugins.registry import load_registry
    from ganforge.show.declarations import block_text

    registry = load_registry()
    show_catalog(registry, "block", registry.blocks, name, block_text)
