"""What stages have in common: a body that does not depend on the stage is expanded once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ganforge.formula.evaluate import GROWING_NAMES, Scope, Value
from ganforge.graph.nodes import Body
from ganforge.spec.models import NetworkTable

_GROWING = re.compile(rf"\b(?:{'|'.join(GROWING_NAMES)})\b")

Key = tuple[Hashable, ...]


@dataclass
class Shared:
    """Bodies that were expanded without a finding, by all that they depend on.

    written: the tables of the spec.
    """

    written: Mapping[str, Any]
    networks: dict[Key, Body] = field(default_factory=dict)
    instances: dict[Key, tuple[dict[str, Value], Body, int]] = field(default_factory=dict)
    """Of composite blocks: with the parameters, and the number of layers."""
    _asked: dict[Key, list[str]] = field(default_factory=dict)

    def of_network(self, owner: str, scope: Scope) -> Key:
        """What the layers of a network depend on, beside what it is given."""
        own = self.written.get("networks", {}).get(owner)
        return (owner, self._growing(("network", owner), own, scope), self._of_blocks(scope))

    def of_instance(self, owner: NetworkTable, scope: Scope) -> Key:
        """What a composite block depends on, beside what it is given: its network says how
        weights start, and how they are parametrised.
        """
        inherited = (owner.init, owner.weights)
        known = self._growing(("owner", id(owner)), inherited, scope)
        return (id(owner), known, self._of_blocks(scope))

    def _of_blocks(self, scope: Scope) -> Key:
        return self._growing(("blocks",), self.written.get("blocks"), scope)

    def _growing(self, name: Key, table: object, scope: Scope) -> Key:
        """The values of `level` and its like, if a table may ask for them."""
        if name not in self._asked:
            self._asked[name] = sorted({*_GROWING.findall(str(table))})
        if not self._asked[name]:
            return ()
        if scope.growing is None:
            return ("nothing grows",)
        return tuple(str(scope.growing.get(asked)) for asked in self._asked[name])
