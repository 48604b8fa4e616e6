"""`ganforge list`: the specs that are found by their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ganforge.cli.catalog import in_columns

if TYPE_CHECKING:
    from ganforge.plugins.registry import Registry


@click.command("list")
def command() -> None:
    """List the shipped specs, and those of plugins."""
    from ganforge.document import shipped, shipped_names
    from ganforge.plugins.declarations import SpecFile
    from ganforge.plugins.registry import load_registry

    own = [SpecFile(name, path) for name in shipped_names() if (path := shipped(name))]
    click.echo(in_columns((spec.name, spec.summary) for spec in own))
    for section in _of_plugins(load_registry()):
        click.echo(f"\n{section}")


def _of_plugins(registry: Registry) -> Iterator[str]:
    """What each distribution gives; a name that others have, with its distribution."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for long_name, spec in registry.specs.full.items():
        owner = registry.owners["spec", long_name]
        bare = spec.name in registry.specs
        called = spec.name if bare else f"{owner.distribution}/{spec.name}"
        rows.setdefault(str(owner), []).append((called, spec.summary))
    for owned, given in sorted(rows.items()):
        yield f"{owned}:\n{in_columns(given)}"
