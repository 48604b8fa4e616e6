"""`ganforge graph`: a spec's wiring as a picture."""

from __future__ import annotations

from pathlib import Path

import click

from ganforge.cli.arguments import compiled, set_option, spec_argument
from ganforge.pipeline import Compilation


@click.command("graph")
@spec_argument
@set_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "dot", "json", "html"]),
    default="mermaid",
    show_default=True,
    help="`html` is a page in which networks open and losses show their gradients.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The file to write.")
@click.option("--overwrite", is_flag=True, help="Replace the file if there is one.")
def command(
    spec: str, overrides: tuple[str, ...], form: str, out: Path | None, overwrite: bool
) -> None:
    """Draw SPEC: data, latents, calls, functions and losses, with the shape on each edge."""
    from ganforge.cli.output import write_new

    compilation = compiled(spec, overrides)
    text = _page(compilation) if form == "html" else _text(compilation, form)
    if out is None:
        click.echo(text)
    else:
        write_new(out, f"{text}\n", overwrite=overwrite)


def _page(compilation: Compilation) -> str:
    from ganforge.show.picture import page, picture_of

    return page(picture_of(compilation))


def _text(compilation: Compilation, form: str) -> str:
    from ganforge.graph import picture

    assert compilation.graph is not None
    render = {"mermaid": picture.to_mermaid, "dot": picture.to_dot, "json": picture.to_json}[form]
    return render(compilation.graph.digraph)
