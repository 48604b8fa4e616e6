"""`ganforge diff`: what changed between two specs."""

from __future__ import annotations

import sys

import click

from ganforge.cli.arguments import set_option, source_of
from ganforge.diagnostics.report import Report
from ganforge.errors import SpecError


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@set_option
@click.option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if they differ.")
def command(
    before: str, after: str, overrides: tuple[str, ...], form: str, exit_code: bool
) -> None:
    """Compare the specs A and B: settings, layers with shapes, losses, players, weights.

    `--format md` is a comment for a pull request. Names and comments of a file do not count.
    """
    from ganforge.diff import difference
    from ganforge.diff.output import render
    from ganforge.locate import compile_located

    one, other = (compile_located(source_of(s), overrides, "<stdin>") for s in (before, after))
    _refuse_errors(one.report, other.report)
    found = difference(one, other, (before, after))
    click.echo(render(found, form))
    sys.exit(1 if exit_code and found else 0)


def _refuse_errors(*reports: Report) -> None:
    """Raises `SpecError` with what `check` says of the specs that have errors."""
    bad = [report for report in reports if not report.ok]
    if bad:
        texts = {name: text for report in bad for name, text in report.texts.items()}
        raise SpecError(Report(tuple(d for report in bad for d in report.diagnostics), texts))
