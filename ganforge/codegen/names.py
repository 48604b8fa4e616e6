"""Names in the program: unique, and imports merged."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable
from dataclasses import dataclass, field

from ganforge.plugins.calls import Matrix

TAKEN = frozenset(dir(builtins)) | frozenset(keyword.kwlist)


@dataclass
class Namespace:
    """Gives out names that nobody else has: `conv`, `conv_2`, `conv_3`."""

    used: set[str] = field(default_factory=set)

    def reserve(self, names: Iterable[str]) -> None:
        self.used.update(names)

    def release(self, name: str) -> None:
        """Let a name be given out again."""
        self.used.discard(name)

    def take(self, wanted: str) -> str:
        """`wanted`, or the first free variation of it; classes are counted without underscore."""
        name, count = wanted, 1
        joint = "" if wanted[0].isupper() and not wanted[-1].isdigit() else "_"
        while name in self.used or name in TAKEN:
            count += 1
            name = f"{wanted}{joint}{count}"
        self.used.add(name)
        return name


ROOTS = {
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "torch": "import torch",
    "math": "import math",
    "copy": "import copy",
    "functools": "import functools",
}


@dataclass
class Imports:
    """What the program imports. `use` gives the name under which a target is called."""

    namespace: Namespace
    plain: set[str] = field(default_factory=set)
    members: dict[tuple[str, str], str] = field(default_factory=dict)
    matrices: dict[tuple[tuple[float, ...], ...], str] = field(default_factory=dict)
    """The matrices that stand at the top of the program, by their rows."""

    def use(self, target: str) -> str:
        """`nn.Conv2d` as it is; `package.module:Name` as `Name`, renamed where two modules define
        it.
        """
        module, _, name = target.partition(":")
        if not name:
            self.plain.add(ROOTS[target.split(".")[0]])
            return target
        if (module, name) not in self.members:
            self.members[module, name] = self.namespace.take(name)
        return self.members[module, name]

    def matrix(self, matrix: Matrix) -> str:
        """The name of a matrix; equal ones are one."""
        if matrix.rows not in self.matrices:
            self.matrices[matrix.rows] = self.namespace.take(matrix.name)
        return self.matrices[matrix.rows]

    def fix(self, targets: Iterable[str]) -> None:
        """Imports under names that the program's skeleton writes itself; `use` gives the same
        names.
        """
        for target in targets:
            module, _, name = target.partition(":")
            self.members[module, name] = name
            self.namespace.reserve([name])

    def packages(self) -> set[str]:
        """The packages of ganforge and of plugins that take part."""
        return {module.partition(".")[0] for module, _ in self.members}

    def lines(self) -> list[str]:
        """The import statements of everything used so far."""
        by_module: dict[str, list[str]] = {}
        for (module, name), local in self.members.items():
            by_module.setdefault(module, []).append(name if name == local else f"{name} as {local}")
        modules = [f"from {m} import {', '.join(sorted(names))}" for m, names in by_module.items()]
        return [*sorted(self.plain), *sorted(modules)]
