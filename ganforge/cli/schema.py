"""`ganforge schema`: the language as JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("schema")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The file to write.")
def command(out: Path | None) -> None:
    """Print the JSON Schema of specs, with the blocks and losses of all installed plugins.

    An editor with a schema for TOML completes and explains keys, and marks mistakes.
    """
    from ganforge.cli.catalog import tell_broken_plugins
    from ganforge.cli.output import write_new
    from ganforge.plugins.registry import load_registry
    from ganforge.schema import schema_of

    registry = load_registry()
    tell_broken_plugins(registry)
    text = f"{json.dumps(schema_of(registry), indent=1, ensure_ascii=False)}\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        write_new(out, text, overwrite=True)
