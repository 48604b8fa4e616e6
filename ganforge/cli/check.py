"""`ganforge check`: everything that is wrong with specs, before anything runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from ganforge.cli.arguments import set_option, source_of
from ganforge.cli.output import colored
from ganforge.diagnostics.report import Report
from ganforge.document import SpecNotFound
from ganforge.locate import Source, compile_located

_IS_SPEC = re.compile(r"^\s*ganforge\s*=", re.MULTILINE)


@click.command("check")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@set_option
@click.option("--format", "form", type=click.Choice(["full", "concise", "json"]), default="full")
@click.option("--fail-on", type=click.Choice(["error", "warning"]), default="error")
def command(paths: tuple[str, ...], overrides: tuple[str, ...], form: str, fail_on: str) -> None:
    """Check specs: files, folders, shipped names, or `-` for the standard input.

    Exits with 0 where all is well, 1 where a spec has errors, 2 where one cannot be read.
    """
    reports, unreadable = [], False
    for path in paths:
        try:
            sources = _specs(path)
            reports += [compile_located(s, overrides, "<stdin>").report for s in sources]
        except (SpecNotFound, OSError) as error:
            click.echo(f"error: {error}", err=True)
            unreadable = True
    report = _joined(reports)
    if reports:
        click.echo(_text(report, form))
    failed = report.errors or (fail_on == "warning" and report.warnings)
    sys.exit(2 if unreadable else 1 if failed else 0)


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


def _joined(reports: Sequence[Report]) -> Report:
    texts = {name: text for report in reports for name, text in report.texts.items()}
    return Report(tuple(d for report in reports for d in report.diagnostics), texts)


def _text(report: Report, form: str) -> str:
    color = colored(sys.stdout)
    if form == "json":
        from ganforge.diagnostics.json import render_json

        return render_json(report)
    from ganforge.diagnostics.text import render, render_concise

    return (render if form == "full" else render_concise)(report, color=color)
