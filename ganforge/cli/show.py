"""`ganforge show`: what a spec says, for people."""

from __future__ import annotations

import json

import click

from ganforge.cli.arguments import compiled, data_option, set_option, spec_argument


@click.command("show")
@spec_argument
@data_option
@set_option
@click.option("--table", "form", flag_value="table", default=True, help="Tables (the default).")
@click.option("--code", "form", flag_value="code", help="The program that `train` runs.")
@click.option("--json", "form", flag_value="json", help="The tables' content as JSON.")
def command(spec: str, data: str | None, overrides: tuple[str, ...], form: str) -> None:
    """Show SPEC: networks with layers, shapes and weights, losses and what they move, players."""
    from ganforge.runs.data import known_kind
    from ganforge.show import as_text, describe

    compilation = compiled(spec, overrides)
    if data:
        known_kind(data.partition(":")[0], compilation.registry)
    program = compilation.program(data)
    if form == "code":
        click.echo(program.text, nl=False)
        return
    about = describe(compilation, program)
    text = as_text(about) if form == "table" else json.dumps(about, indent=2, ensure_ascii=False)
    click.echo(text)
