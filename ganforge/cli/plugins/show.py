"""`ganforge plugins show`: what one distribution gives, name by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ganforge.cli.catalog import in_columns
from ganforge.errors import CannotStart

if TYPE_CHECKING:
    from ganforge.plugins.health import Health
    from ganforge.plugins.registry import Registry


@click.command("show")
@click.argument("distribution", metavar="DIST")
def command(distribution: str) -> None:
    """Show what the plugins of the distribution DIST give, and what they need."""
    from ganforge.diagnostics.suggest import did_you_mean
    from ganforge.plugins.health import health_of
    from ganforge.plugins.registry import load_registry
    from ganforge.plugins.selection import canonical

    registry = load_registry()
    found = health_of(registry)
    own = [h for h in found if canonical(h.owner.distribution) == canonical(distribution)]
    if not own:
        names = sorted({health.owner.distribution for health in found})
        near = did_you_mean(distribution, names, "distribution")
        raise CannotStart(f"no installed distribution `{distribution}` has plugins: {near}")
    click.echo("\n\n".join([_about(own[0]), *(_parts(h, registry) for h in own)]))


def _about(health: Health) -> str:
    """The distribution: name, version, what it says of itself, what it needs."""
    from ganforge.plugins.health import installed

    lines = [str(health.owner)]
    distribution = installed(health.owner.distribution)
    if distribution is not None:
        metadata = distribution.metadata
        summary = "".join(metadata.get_all("Summary") or ())
        needs = [r for r in distribution.requires or () if "extra ==" not in r]
        lines += [summary] if summary else []
        lines += [f"needs {', '.join(needs)}"] if needs else []
    return "\n".join(lines)


def _parts(health: Health, registry: Registry) -> str:
    from ganforge.plugins.kinds import BY_NOUN
    from ganforge.plugins.selection import canonical

    parts = [f"{health.owner.entry_point} = {health.value}"]
    prefix = canonical(health.owner.distribution)
    for noun, names in health.gives.items():
        catalog = registry.catalog(BY_NOUN[noun])
        given = {name: catalog[f"{prefix}/{name}"] for name in names}
        rows = (
            (f"  {name if catalog.bare.get(name) is item else f'{prefix}/{name}'}", item.summary)
            for name, item in given.items()
        )
        parts.append(f"{BY_NOUN[noun].plural}:\n{in_columns(rows)}")
    for noun, names in health.promised.items():
        parts.append(f"{BY_NOUN[noun].plural} that are missing: {', '.join(names)}")
    if health.left_out:
        parts.append(f"It {health.left_out}.")
    if health.problems:
        parts.append("something is wrong: `ganforge plugins doctor` says what")
    return "\n\n".join(parts)
