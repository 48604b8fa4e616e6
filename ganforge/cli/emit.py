"""`ganforge emit`: the program as a script that stands alone."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ganforge.cli.arguments import compiled, data_option, set_option, spec_argument


@click.command("emit")
@spec_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The file to write.")
@data_option
@set_option
@click.option("--overwrite", is_flag=True, help="Replace the file if there is one.")
def command(
    spec: str, out: Path | None, data: str | None, overrides: tuple[str, ...], overwrite: bool
) -> None:
    """Write SPEC as one Python script that needs no ganforge, and trains bit for bit alike."""
    from ganforge.cli.output import write_new
    from ganforge.runs.emitting import script

    text = script(compiled(spec, overrides), data, _command(spec, data, overrides))
    if out is None:
        click.echo(text, nl=False)
    else:
        write_new(out, text, overwrite=overwrite)


def _command(spec: str, data: str | None, overrides: tuple[str, ...]) -> str:
    """The command that makes the script again."""
    given = [part for override in overrides for part in ("--set", override)]
    return shlex.join(["ganforge", "emit", spec, *(["--data", data] if data else []), *given])
