"""A run that is evaluated: its spec, its networks, and the data that it is measured on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganforge.codegen.program import Program, build_program
from ganforge.pipeline import Compilation
from ganforge.plan import Plan
from ganforge.runs.changing import compile_changed
from ganforge.runs.data import checked_data
from ganforge.runs.device import chosen_device
from ganforge.runs.loading import Loaded, build_state, load_last, read_trained
from ganforge.runs.programs import import_program
from ganforge.runtime.data import Data


@dataclass(frozen=True)
class Draw:
    """How many images are taken at most, by which seed they are drawn, how many at a time."""

    count: int
    seed: int
    batch: int


@dataclass(frozen=True)
class OpenedRun:
    """about: what `run.json` says. place: the data to measure on, `KIND` or `KIND:PATH`. spec: the
    hash that its checkpoints have.
    """

    folder: Path
    about: Mapping[str, Any]
    compilation: Compilation
    place: str
    device: str
    spec: str

    @property
    def own(self) -> bool:
        """Whether the data are those that the run was trained on."""
        return bool(self.place == self.about["data"])

    def program(self, plan: Plan, place: str) -> Program:
        """The program of a plan, for these data."""
        return build_program(plan, self.compilation.registry, place)

    def networks(self, program: Program) -> Loaded:
        """The networks of the last checkpoint, in a program of the same spec."""
        graph = self.compilation.graph
        assert graph is not None
        loaded = build_state(graph, program, self.about["seed"], self.device)
        load_last(loaded, self.folder, self.spec)
        return loaded

    def data(self, plan: Plan, place: str) -> Data:
        """The data as a plan asks for them."""
        opened: Data = import_program(self.program(plan, place).text).open_data(place)
        return opened


def opened_run(
    folder: Path, data: str | None, device: str, settings: tuple[str, ...] = ()
) -> OpenedRun:
    """A run and its own data, or others; `settings` may change what its samples depend on, as
    `--set` takes them. Raises `CannotStart` where one of these does not serve.
    """
    about = read_trained(folder)
    chosen = chosen_device(device)
    compilation, spec = compile_changed(folder, settings)
    place = checked_data(data or about["data"], compilation)
    return OpenedRun(folder, about, compilation, place, chosen, spec)
