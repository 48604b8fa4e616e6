"""What commands print: reports, colours, files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

import click

from ganforge.diagnostics.report import Report
from ganforge.errors import CannotStart


def colored(stream: TextIO) -> bool:
    """Whether colours are shown: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and stream.isatty()


def print_report(report: Report) -> None:
    """The report on the error stream, unless there is nothing to say."""
    if report.diagnostics:
        from ganforge.diagnostics.formats.text import render

        click.echo(render(report, color=colored(sys.stderr)), err=True)


def write_new(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a file whole. Raises `CannotStart` where there is one already."""
    from ganforge.files import write_whole

    if path.exists() and not overwrite:
        raise CannotStart(f"{path} exists: `--overwrite` replaces it")
    if not path.parent.is_dir():
        raise CannotStart(f"there is no folder {path.parent}: make it, or name another one")
    write_whole(path, text)
