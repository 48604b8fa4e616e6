"""A list of names with what they are, or one of them in full."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

import click

from ganforge.errors import CannotStart, SpecError

if TYPE_CHECKING:
    from ganforge.plugins.declarations import Block, Loss
    from ganforge.plugins.registry import Catalog, Registry

T = TypeVar("T", "Block", "Loss")


def show_catalog(
    registry: Registry,
    kind: str,
    catalog: Catalog[T],
    name: str | None,
    text: Callable[[T], str],
) -> None:
    """Print all names, or what one can be told. Raises `CannotStart` for an unknown one.

    What shares its name with another is listed with its distribution.
    """
    tell_broken_plugins(registry)
    if name is None:
        click.echo(in_columns((n, item.summary) for n, item in catalog.listed()))
        return
    item = catalog.get(name)
    if item is None:
        missing = registry.missing(kind, name)
        raise CannotStart(f"{missing.message}: {missing.help}")
    click.echo(text(item))


def tell_broken_plugins(registry: Registry) -> None:
    """Print what is wrong with plugins. Raises `SpecError` where that counts as an error."""
    from ganforge.cli.output import colored, echo
    from ganforge.diagnostics.formats.text import render_concise
    from ganforge.diagnostics.report import Report

    if registry.diagnostics:
        report = Report(registry.diagnostics, {})
        if not report.ok:
            raise SpecError(report)
        color = colored(sys.stderr)
        echo(render_concise(report, color=color), color=color, err=True)


def in_columns(rows: Iterable[tuple[str, str]]) -> str:
    """Names and what they are, aligned."""
    pairs = list(rows)
    width = max((len(name) for name, _ in pairs), default=0)
    return "\n".join(f"{name.ljust(width)}  {text}".rstrip() for name, text in pairs)
