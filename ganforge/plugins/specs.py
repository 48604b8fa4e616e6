"""The specs of plugins, by their names."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ganforge.document.names import SpecNames
from ganforge.plugins.registry import Registry


def spec_names(registry: Registry) -> SpecNames:
    """The specs that can be named: those that come with ganforge, and those of its plugins."""
    return SpecNames(tuple(registry.specs), partial(_file, registry), partial(_missing, registry))


def _file(registry: Registry, name: str) -> Path | None:
    spec = registry.specs.get(name)
    return Path(spec.file) if spec else None


def _missing(registry: Registry, name: str) -> tuple[str, str] | None:
    if not registry.explains("spec", name):
        return None
    found = registry.missing("spec", name)
    return found.message, found.help or ""
