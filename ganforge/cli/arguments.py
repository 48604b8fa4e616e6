"""Arguments and options that several commands have, and the spec that they name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from ganforge.document.load import MAX_BYTES
from ganforge.locate import Source, compile_sound
from ganforge.pipeline import Compilation

F = TypeVar("F", bound=Callable[..., Any])


def spec_argument(function: F) -> F:
    return click.argument("spec", metavar="SPEC")(function)


def set_option(function: F) -> F:
    text = "Set a param (width=128) or a value by its path (train.batch=32). May be repeated."
    return click.option("--set", "overrides", metavar="NAME=VALUE", multiple=True, help=text)(
        function
    )


def data_option(function: F) -> F:
    text = "Where the data comes from, such as folder:PATH; default: what the spec says."
    return click.option("--data", metavar="KIND[:PATH]", help=text)(function)


def source_of(spec: str) -> Source:
    """A spec as it is named on the command line: `-` is what the standard input says."""
    return f"{standard_input()}\n" if spec == "-" else spec


def standard_input() -> str:
    """What the standard input says, as far as a spec may go. Raises `click.UsageError`."""
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise click.UsageError("the standard input is larger than 1 MiB: that is no spec")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"the standard input is not UTF-8: {error.reason}") from None


def compiled(spec: str, overrides: Sequence[str]) -> Compilation:
    """The compilation of a sound spec; its warnings are printed."""
    from ganforge.cli.output import print_report

    compilation = compile_sound(source_of(spec), overrides)
    print_report(compilation.report)
    return compilation
