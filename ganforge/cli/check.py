"""`ganforge check`: everything that is wrong with specs, before anything runs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ganforge.cli.arguments import set_option, source_of
from ganforge.cli.output import colored
from ganforge.diagnostics.diagnostic import Severity
from ganforge.diagnostics.formats import FORMATS, Format, formatted
from ganforge.diagnostics.outcome import Outcome
from ganforge.diagnostics.report import Report
from ganforge.document import SpecNotFound
from ganforge.locate import Source, compile_located

_IS_SPEC = re.compile(r"^\s*ganforge\s*=", re.MULTILINE)


@click.command("check")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@set_option
@click.option("--format", "form", type=click.Choice(FORMATS), help="How findings are printed.")
@click.option("--fail-on", type=click.Choice([s.value for s in Severity]), default="error")
def command(
    paths: tuple[str, ...], overrides: tuple[str, ...], form: Format | None, fail_on: str
) -> None:
    """Check specs: files, folders, shipped names, or `-` for the standard input.

    Exits with 0 where all is well, 1 where a spec has errors, 2 where one cannot be read.
    """
    reports: dict[str, Report] = {}
    unreadable = False
    for path in paths:
        try:
            for source in _specs(path):
                name = "<stdin>" if path == "-" else str(source)
                reports[name] = compile_located(source, overrides, "<stdin>").report
        except (SpecNotFound, OSError) as error:
            click.echo(f"error: {error}", err=True)
            unreadable = True
    outcome = Outcome(reports, Severity(fail_on))
    if reports:
        text = formatted(outcome, form or _usual_format(), color=colored(sys.stdout))
        click.echo(text, nl=bool(text))
    sys.exit(2 if unreadable else 1 if outcome.failed else 0)


def _usual_format() -> Format:
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full"


def _specs(path: str) -> Iterator[Source]:
    """The specs that a path names: itself, or those below a folder."""
    folder = Path(path)
    if path == "-" or not folder.is_dir():
        yield source_of(path)
        return
    found = [file for file in sorted(folder.rglob("*.toml")) if _is_spec(file, folder)]
    if not found:
        raise SpecNotFound(f"there is no spec below {path}: a spec has the key `ganforge`")
    yield from found


def _is_spec(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    if hidden or not file.is_file():
        return False
    return bool(_IS_SPEC.search(file.read_text("utf-8", "replace")))
