"""Functions of the program as text, and the names that no spec may give to something else."""

from __future__ import annotations

from dataclasses import dataclass, field

LOSSES = "dict[str, Tensor]"
"""What steps and rounds return."""
_FIXED = """
State Data Options Run Tensor Path Iterator Progress GrowthProgress build draw train_round progress
layers_of sample sweep save_samples measure open_data read_batch optimizers train main NAME SPEC
FIELDS STAGES BATCH ROUNDS KIMG EPOCHS MEMORY_FORMAT Any nn torch F math copy
"""
_LOCAL = """
state optimizer fused t loss losses data noise real count seed player decay parts
shown swept cell held networks drawn monitor images sampled
"""
FIXED = frozenset(_FIXED.split())
"""Names of the program that no spec's name may take."""
LOCAL = frozenset(_LOCAL.split())
"""Names of values inside the program's functions."""


@dataclass
class Function:
    """A function of the program."""

    name: str
    arguments: list[str]
    returns: str
    summary: str
    lines: list[str] = field(default_factory=list)
    decorator: str = ""

    @property
    def signature(self) -> str:
        return f"{self.decorator}def {self.name}({', '.join(self.arguments)}) -> {self.returns}:"


def repr_of(name: str) -> str:
    """A name as a string of the program."""
    return f'"{name}"'


def indented(lines: list[str]) -> list[str]:
    """The lines one level further in."""
    return [f"    {line}" for line in lines]
