"""A run's networks as its last checkpoint has them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ganforge.codegen.program import Program
from ganforge.errors import CannotStart
from ganforge.graph import Graph
from ganforge.locate import Source, compile_sound
from ganforge.runs import folder as folders
from ganforge.runs.changing import compile_changed
from ganforge.runs.device import chosen_device, needs_torch
from ganforge.runs.programs import import_program

if TYPE_CHECKING:
    from torch import Tensor

    from ganforge.runtime.data import Data
    from ganforge.runtime.state import State


@dataclass(frozen=True)
class Loaded:
    """A program in memory, and the state of its networks."""

    graph: Graph
    program: Program
    module: ModuleType
    state: State

    @property
    def stage(self) -> Graph:
        """The graph of the stage that the run is in; the whole where there are none."""
        return self.graph.stages[vars(self.state)["place"]] if self.graph.stages else self.graph

    def sample(self, count: int, seed: int, *classes: Tensor) -> Tensor:
        """What `[sample]` shows, from the samples of the data where it is made from them.

        classes: at most one tensor (count), of those that a conditional model is asked for. Raises
        `CannotStart` where there is nothing to show.
        """
        from ganforge.runtime.data import first_batch

        self.check_samples()
        real = [first_batch(self.state, data, count, seed) for data in self.sample_data()]
        images: Tensor = self.module.sample(self.state, *real, count, seed, *classes)
        return images

    def check_samples(self) -> None:
        """Raises `CannotStart` where the spec makes no images that could be shown."""
        if not hasattr(self.module, "save_samples"):
            raise CannotStart(f"`{self.program.name}` makes no images: there is nothing to sample")

    def sample_data(self) -> tuple[Data, ...]:
        """What `save_samples` takes after the state: the data, or nothing."""
        opened = self.program.samples_of_data
        return (self.module.open_data(self.program.data),) if opened else ()


def build_spec_state(
    source: Source, overrides: tuple[str, ...], seed: int, device: str, data: str | None = None
) -> Loaded:
    """A spec's networks as they are before training, grown whole; the global random state is left
    as it was.
    """
    needs_torch()
    import torch

    from ganforge.runtime.growing import GrowingState

    compilation = compile_sound(source, overrides)
    assert compilation.graph is not None
    loaded = build_state(compilation.graph, compilation.program(data), seed, device)
    if isinstance(loaded.state, GrowingState):
        with torch.random.fork_rng(devices=[]):
            loaded.state.grow()
    return loaded


def build_state(graph: Graph, program: Program, seed: int, device: str) -> Loaded:
    """A program's networks as they are before training."""
    import torch

    module = import_program(program.text)
    with torch.random.fork_rng(devices=[]):
        state = module.build(seed, torch.device(chosen_device(device)))
    return Loaded(graph, program, module, state)


def load_run(folder: Path, device: str = "auto", overrides: tuple[str, ...] = ()) -> Loaded:
    """A run's networks from its last checkpoint; `overrides` may change what samples show, as
    `--set` takes it.

    Raises `CannotStart` where the folder is no run or has no checkpoint, `RunError` where
    the checkpoint is damaged.
    """
    needs_torch()
    about = read_trained(folder)
    compilation, spec = compile_changed(folder, overrides)
    assert compilation.graph is not None
    program = compilation.program(about["data"])
    loaded = build_state(compilation.graph, program, about["seed"], device)
    load_last(loaded, folder, spec)
    return loaded


def read_trained(folder: Path) -> dict[str, Any]:
    """What `run.json` says. Raises `CannotStart` where there is no run, or no checkpoint yet."""
    about = folders.read_about(folder)
    if not folders.has_checkpoint(folder) and not folders.stages_alone(folder):
        raise CannotStart(f"{folder} has no checkpoint yet: train it first")
    return about


def load_last(loaded: Loaded, folder: Path, spec: str) -> None:
    """Take over a run's last checkpoint, or what its stages have become that were trained one by
    one. Raises `RunError` where it is damaged, or not of the spec with this hash.
    """
    from ganforge.runtime.staged import StagedState
    from ganforge.runtime.state import all_checkpoints

    found = all_checkpoints(folder)
    if not found:
        assert isinstance(loaded.state, StagedState)
        loaded.state.gather(folder)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on which machine it was trained does not matter here
        loaded.state.load(found[-1], spec)
