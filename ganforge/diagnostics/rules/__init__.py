"""The table of everything that can be wrong with a spec: one record per rule, by its code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ganforge.diagnostics.diagnostic import Rule
from ganforge.diagnostics.rules import (
    document,
    losses,
    plugins,
    practice,
    schedules,
    shapes,
    wiring,
)

ALL: Mapping[str, Rule] = MappingProxyType(
    {
        rule.code: rule
        for module in (document, wiring, shapes, losses, schedules, practice, plugins)
        for rule in vars(module).values()
        if isinstance(rule, Rule)
    }
)
"""Every rule by its code."""
