"""The hooks of a plugin: each returns what the plugin adds to the language."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from ganforge.plugins.declarations import (
    Block,
    Check,
    Command,
    DataSource,
    Init,
    Loss,
    Metric,
    Parametrization,
    SpecFile,
)

hookspec = pluggy.HookspecMarker("ganforge")


@hookspec
def ganforge_register_blocks() -> Iterable[Block]:  # type: ignore[empty-body]
    """Layers of networks and functions in wiring."""


@hookspec
def ganforge_register_losses() -> Iterable[Loss]:  # type: ignore[empty-body]
    """Losses and penalties."""


@hookspec
def ganforge_register_inits() -> Iterable[Init]:  # type: ignore[empty-body]
    """Ways in which weights start."""


@hookspec
def ganforge_register_weights() -> Iterable[Parametrization]:  # type: ignore[empty-body]
    """Ways in which weights are parametrised."""


@hookspec
def ganforge_register_data_sources() -> Iterable[DataSource]:  # type: ignore[empty-body]
    """Sources of real samples."""


@hookspec
def ganforge_register_metrics() -> Iterable[Metric]:  # type: ignore[empty-body]
    """Figures of `ganforge eval`."""


@hookspec
def ganforge_register_specs() -> Iterable[SpecFile]:  # type: ignore[empty-body]
    """Specs that are found by their names."""


@hookspec
def ganforge_register_rules() -> Iterable[Check]:  # type: ignore[empty-body]
    """Rules that `ganforge check` tests sound specs by."""


@hookspec
def ganforge_register_commands() -> Iterable[Command]:  # type: ignore[empty-body]
    """Commands of `ganforge`."""
