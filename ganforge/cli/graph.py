"""`ganforge graph`: a spec's wiring as a picture."""

from __future__ import annotations

import click

from ganforge.cli.arguments import compiled, set_option, spec_argument


@click.command("graph")
@spec_argument
@set_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "dot", "json"]),
    default="mermaid",
    show_default=True,
)
def command(spec: str, overrides: tuple[str, ...], form: str) -> None:
    """Draw SPEC: data, latents, calls, functions and losses, with the shape on each edge."""
    from ganforge.graph import picture

    compilation = compiled(spec, overrides)
    assert compilation.graph is not None
    render = {"mermaid": picture.to_mermaid, "dot": picture.to_dot, "json": picture.to_json}[form]
    click.echo(render(compilation.graph.digraph))
