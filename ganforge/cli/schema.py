"""`ganforge schema`: the language as JSON Schema."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("schema")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The file to write.")
def command(out: Path | None) -> None:
    """Print the JSON Schema of specs, with the blocks and losses of all installed plugins.

    An editor with a schema for TOML completes and explains keys, and marks mistakes.
    """
    from ganforge.cli.output import write_new
    from ganforge.schema import schema_text

    text = schema_text()
    if out is None:
        click.echo(text, nl=False)
    else:
        write_new(out, text, overwrite=True)
