"""A run's networks as its last checkpoint has them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ganforge.codegen.program import Program
from ganforge.errors import CannotStart
from ganforge.graph import Graph
from ganforge.locate import Source, compile_sound
from ganforge.runs import folder as folders
from ganforge.runs.device import chosen_device, needs_torch
from ganforge.runs.programs import import_program

if TYPE_CHECKING:
    from ganforge.runtime.data import Data
    from ganforge.runtime.state import State


@dataclass(frozen=True)
class Loaded:
    """A program in memory, and the state of its networks."""

    graph: Graph
    program: Program
    module: ModuleType
    state: State

    def sample_data(self) -> tuple[Data, ...]:
        """What `sample` and `save_samples` take after the state: the data, or nothing."""
        opened = self.program.samples_of_data
        return (self.module.open_data(self.program.data),) if opened else ()


def build_spec_state(
    source: Source, overrides: tuple[str, ...], seed: int, device: str, data: str | None = None
) -> Loaded:
    """A spec's networks as they are before training; the global random state is left as it was."""
    needs_torch()
    import torch

    compilation = compile_sound(source, overrides)
    assert compilation.graph is not None
    program = compilation.program(data)
    module = import_program(program.text)
    with torch.random.fork_rng(devices=[]):
        state = module.build(seed, torch.device(chosen_device(device)))
    return Loaded(compilation.graph, program, module, state)


def load_run(folder: Path, device: str = "auto") -> Loaded:
    """A run's networks from its last checkpoint.

    Raises `CannotStart` where the folder is no run or has no checkpoint, `RunError` where
    the checkpoint is damaged.
    """
    about = folders.read_about(folder)
    if not folders.has_checkpoint(folder):
        raise CannotStart(f"{folder} has no checkpoint yet: train it first")
    loaded = build_spec_state(folder, (), about["seed"], device, about["data"])
    from ganforge.runtime.state import all_checkpoints

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on which machine it was trained does not matter here
        loaded.state.load(all_checkpoints(folder)[-1], loaded.program.spec_hash)
    return loaded
