"""What mutations draw: parts of a spec, names, wiring, values and tables of options."""

from __future__ import annotations

import random
from typing import Any

from places import Tree, layer_lists, words

from ganforge.plugins.registry import Registry

NUMBERS = (0, 1, 2, 3, 4, 5, 7, 8, 16, 0.5, 0.1, 1.5, -1)


class Drawing:
    """Draws by one stream of random numbers; `told` are the mutations so far."""

    def __init__(self, chance: random.Random, registry: Registry) -> None:
        self.random, self.registry = chance, registry
        self.told: list[str] = []

    def pick(self, items: Any) -> Any:
        items = list(items)
        return self.random.choice(items) if items else None

    def params(self, model: Any, share: float = 0.2) -> Tree:
        """What a table must have, and some of what it may have."""
        chosen = {}
        for name, about in model.model_fields.items():
            if about.is_required() or self.random.random() < share:
                chosen[about.alias or name] = self.value(name, about)
        return chosen

    def value(self, name: str, about: Any) -> Any:
        if name in ("norm", "act"):
            suffix = "-norm" if name == "norm" else ""
            names = [n.removesuffix(suffix) for n in self.registry.blocks if n.endswith(suffix)]
            return self.random.choice([*names, "none"])
        if name == "init":
            return self.pick(self.registry.inits)
        if name == "weights":
            return self.pick(self.registry.weights)
        choices = words(about.annotation)
        text = str(about.annotation)
        if choices:
            return self.random.choice(choices)
        if "bool" in text:
            return self.random.random() < 0.5
        if "tuple" in text:
            return [self.random.choice(NUMBERS) for _ in range(self.random.randrange(1, 5))]
        return self.random.choice(NUMBERS)

    def names(self, tree: Tree) -> list[str]:
        """Everything that wiring may name."""
        tables = ("latents", "conditioning", "flow", "networks", "params")
        found = [name for table in tables for name in tree.get(table, {})]
        found += tree.get("data", {}).get("fields", {})
        found += [la["id"] for items in layer_lists(tree) for la in items if "id" in la]
        return [name for name in found if isinstance(name, str)] or ["x"]

    def wired(self, tree: Tree, names: list[str]) -> str:
        """A tensor, or what a network makes of tensors."""
        network = self.pick(tree.get("networks", {}))
        if network is None or self.random.random() < 0.4:
            return str(self.random.choice(names))
        table = tree["networks"][network]
        inputs = table.get("inputs", ["x"]) if isinstance(table, dict) else []
        inputs = inputs if isinstance(inputs, list) else ["x"]
        given = ", ".join(self.random.choice(names) for _ in inputs)
        return f"{network}({given})"
