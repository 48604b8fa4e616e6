"""The table of everything that can be wrong with a spec: one record per rule, by its code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ganforge.diagnostics.diagnostic import Rule
from ganforge.diagnostics.rules import (
    conditioning,
    document,
    losses,
    plugins,
    practice,
    schedules,
    shapes,
    wiring,
)

_MODULES = (document, wiring, shapes, losses, conditioning, schedules, practice, plugins)

ALL: Mapping[str, Rule] = MappingProxyType(
    {
        rule.code: rule
        for module in _MODULES
        for rule in vars(module).values()
        if isinstance(rule, Rule)
    }
)
"""Every rule by its code."""
