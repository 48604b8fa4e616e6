"""`ganforge plugins new`: a plugin to begin with."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), default=".", help="The folder to write in.")
def command(name: str, out: Path) -> None:
    """Write the package NAME: a block, a loss, a spec that uses them, tests, licence and CI.

    It passes its own tests as it is written. No file is ever overwritten.
    """
    from ganforge.plugins.scaffold import write_plugin

    files = write_plugin(name, out)
    place = out / name
    click.echo("\n".join([f"Wrote {place}:", *(f"  {file}" for file in files)]))
    click.echo(f"\ncd {place} && pip install -e '.[testing]' && pytest")
