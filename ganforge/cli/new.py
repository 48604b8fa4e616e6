"""`ganforge new`: a spec of one's own, from a shipped one."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new")
@click.argument("name", metavar="NAME")
@click.option("--from", "base", metavar="SPEC", required=True, help="A shipped spec.")
@click.option("--copy", is_flag=True, help="Copy the whole spec instead of extending it.")
def command(name: str, base: str, copy: bool) -> None:
    """Write NAME.toml, a spec from a shipped one, and beside it the JSON Schema for editors.

    No file is ever overwritten.
    """
    from ganforge.cli.output import write_new
    from ganforge.errors import CannotStart
    from ganforge.plugins.registry import load_registry
    from ganforge.plugins.specs import spec_names
    from ganforge.schema import schema_text
    from ganforge.show.new_spec import SCHEMA, base_document, check_name, copied, extending

    names = spec_names(load_registry())
    check_name(name, names)
    document = base_document(base, names)
    path, schema = Path(f"{name}.toml"), Path(SCHEMA)
    if path.exists():
        raise CannotStart(f"{path} exists: choose another name, or remove it")
    write_new(path, (copied if copy else extending)(name, base, document), overwrite=False)
    click.echo(f"Wrote {path}. `ganforge check {path}` checks it, `ganforge train {path}` trains.")
    text = schema_text()
    if not schema.exists():
        write_new(schema, text, overwrite=False)
        click.echo(f"Wrote {schema}, by which editors complete and explain the keys of specs.")
    elif schema.read_text("utf-8", "replace") != text:
        click.echo(f"{schema} is out of date: `ganforge schema -o {schema}` writes it anew.")
