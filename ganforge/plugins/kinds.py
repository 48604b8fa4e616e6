"""The kinds of things that plugins give: by which hook, as which declaration, named how."""

from __future__ import annotations

import re
from dataclasses import dataclass

KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CODE = re.compile(r"(?!GF)[A-Z]{2,8}[0-9]{3}")
"""Codes of plugins' rules: capitals of their own, then three digits."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing. `noun` is what messages call it, `field` the registry's catalog, `hook` how
    plugins give it, `declaration` the class of what they give.
    """

    noun: str
    field: str
    hook: str
    declaration: str
    pattern: re.Pattern[str] = KEBAB
    named: str = "in kebab-case"

    @property
    def plural(self) -> str:
        return f"{self.noun}es" if self.noun.endswith("s") else f"{self.noun}s"


KINDS = (
    Kind("block", "blocks", "ganforge_register_blocks", "Block"),
    Kind("loss", "losses", "ganforge_register_losses", "Loss"),
    Kind("init", "inits", "ganforge_register_inits", "Init"),
    Kind("parametrisation", "weights", "ganforge_register_weights", "Parametrization"),
    Kind("data source", "sources", "ganforge_register_data_sources", "DataSource"),
    Kind("metric", "metrics", "ganforge_register_metrics", "Metric"),
    Kind("spec", "specs", "ganforge_register_specs", "SpecFile"),
    Kind(
        "rule",
        "rules",
        "ganforge_register_rules",
        "Check",
        CODE,
        "by capitals of its own (not GF) and three digits",
    ),
    Kind("command", "commands", "ganforge_register_commands", "Command"),
)
BY_NOUN = {kind.noun: kind for kind in KINDS}
