"""`ganforge list`: the specs that come with ganforge."""

from __future__ import annotations

import tomllib

import click

from ganforge.cli.catalog import in_columns


@click.command("list")
def command() -> None:
    """List the shipped specs."""
    from ganforge.document import shipped, shipped_names

    click.echo(in_columns((name, _title(shipped(name))) for name in shipped_names()))


def _title(path: object) -> str:
    from pathlib import Path

    assert isinstance(path, Path)
    gan = tomllib.loads(path.read_text("utf-8")).get("gan", {})
    return str(gan.get("title", ""))
