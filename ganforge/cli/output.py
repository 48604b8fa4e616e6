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
    """Whether colours are shown: on a terminal, unless NO_COLOR is set (https://no-color.org), and
    elsewhere if FORCE_COLOR is (https://force-color.org), as for the log of a build.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def echo(text: str, *, color: bool, err: bool = False, end: str = "\n") -> None:
    """Print a text; its colours are kept where the stream is no terminal, if it has some."""
    click.echo(f"{text}{end}", err=err, nl=False, color=True if color else None)


def print_report(report: Report) -> None:
    """The report on the error stream, unless there is nothing to say."""
    if report.diagnostics:
        from ganforge.diagnostics.formats.text import render

        color = colored(sys.stderr)
        echo(render(report, color=color), color=color, err=True)


def write_new(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a file whole. Raises `CannotStart` where there is one already."""
    from ganforge.files import write_whole

    if path.exists() and not overwrite:
        raise CannotStart(f"{path} exists: `--overwrite` replaces it")
    write_whole(path, text)
