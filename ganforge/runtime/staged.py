"""Training in stages: where a run is, how it goes from one to the next, and what each begins with.

A stage may be trained alone, in `RUN/stages/NAME`: so several can be trained side by side.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import torch
from torch import nn

from ganforge.runtime.errors import RunError
from ganforge.runtime.options import StagedOptions
from ganforge.runtime.run import Run
from ganforge.runtime.safetensors import read_tensors
from ganforge.runtime.stages import Stage
from ganforge.runtime.state import Progress, State, all_checkpoints


@dataclass
class StagedState(State):
    """What training changes, and in which stage it is."""

    stages: tuple[Stage, ...] = ()
    optimizers_of: Callable[[StagedState], dict[str, torch.optim.Optimizer]] = lambda state: {}
    untouched: dict[str, nn.Module] = field(default_factory=dict)  # schedules as they start
    grown: bool = False  # whether the optimisers are those after the fade
    place: int = 0  # of the stage
    first_round: int = 0  # of the stage
    first_images: int = 0
    counters: ClassVar[tuple[str, ...]] = (
        *State.counters,
        *("place", "first_round", "first_images", "grown"),
    )

    @property
    def stage(self) -> Stage:
        """The stage that is trained."""
        return self.stages[self.place]

    def begin(self, place: int) -> None:
        """Go to the start of a stage. Its optimisers go on with what those before have gathered for
        the same weights, unless they shall be fresh.
        """
        self.place, self.first_round, self.first_images = place, self.round, self.images
        self.steps.clear()
        self.grown = False
        self.untouched = self.untouched or copy.deepcopy(self.schedules)
        self.schedules = copy.deepcopy(self.untouched)  # what follows a figure starts anew
        before, self.optimizers = self.optimizers, self.optimizers_of(self)
        if self.stage.fresh_optimizers or self.stage.init_from:
            return
        for new in self.optimizers.values():
            weights = [weight for group in new.param_groups for weight in group["params"]]
            for old in before.values():
                known = [w for w in weights if type(old) is type(new) and w in old.state]
                new.state.update({weight: old.state[weight] for weight in known})

    @property
    def allocated(self) -> bool:
        """Whether the weights have memory: on the meta device they have none."""
        return not any(w.is_meta for n in self.networks.values() for w in n.parameters())

    def share(self) -> float:
        """The part of the stage that is done: it ends at 1."""
        images, stage = self.images - self.first_images, self.stage
        rounds, kimg = (self.round - self.first_round) / stage.rounds, stage.fade_kimg + stage.kimg
        return max(rounds, images / (1000 * kimg), images / (stage.epochs * self.samples))

    def fade(self) -> float:
        """How much of what is new at this level counts: from 0 to 1, then it stays there."""
        kimg = (self.images - self.first_images) / 1000
        return min(1.0, kimg / self.stage.fade_kimg) if self.stage.fade_kimg else 1.0

    def start_round(self) -> None:
        """As in any run; optimisers that shall be fresh are so at the end of the fade too."""
        fresh = self.stage.fresh_optimizers and self.stage.fade_kimg > 0
        if fresh and not self.grown and self.fade() == 1:
            self.optimizers, self.grown = self.optimizers_of(self), True
        super().start_round()

    def load(self, path: Path, spec: str) -> None:
        """Take over a checkpoint, right after `build`; training goes on bit for bit."""
        try:
            self.begin(json.loads((path / "state.json").read_text())["counters"]["place"])
        except (OSError, ValueError, LookupError, TypeError):
            self.place = 0  # what is wrong with the checkpoint is told below
        super().load(path, spec)

    def start_from(self, folder: Path, networks: Collection[str] = ()) -> None:
        """Take over the weights of a run: of these networks, else of all that both have."""
        found, taken = all_checkpoints(folder), False
        if not found:
            raise RunError(f"{folder} has no checkpoint to start from: train it first.")
        try:
            tensors = read_tensors(found[-1] / "tensors.safetensors")
        except (OSError, ValueError, KeyError) as error:
            raise RunError(f"{found[-1]} is damaged ({error}).") from error
        for kind in ("networks", "averages"):
            for name, module in getattr(self, kind).items():
                for key, value in module.state_dict().items():
                    plain = tensors.get(f"networks.{name}.{key}")
                    source = tensors.get(f"{kind}.{name}.{key}", plain)
                    if source is None or (networks and name not in networks):
                        continue
                    if source.shape != value.shape:
                        raise RunError(f"{name} has other sizes in {found[-1]} than here.")
                    value.copy_(source)
                    taken = True
        if not taken:
            raise RunError(f"{found[-1]} has none of the networks {', '.join(self.networks)}.")

    def gather(self, folder: Path) -> None:
        """The networks of stages that were trained alone, each from the last that trained it."""
        for place, stage in enumerate(self.stages):
            alone = folder / "stages" / stage.name
            for path in all_checkpoints(alone)[-1:]:
                self.begin(place)
                self.start_from(alone, stage.trains)
                counters = json.loads((path / "state.json").read_text())["counters"]
                self.round = max(self.round, counters["round"])
                self.images, self.first_images = counters["images"], 0  # so far it has faded in


class StagedRun(Run):
    """A run that goes through its stages, or that trains one of them alone."""

    state: StagedState

    def __init__(self, state: StagedState, options: StagedOptions, spec: str) -> None:
        """Resume from the last checkpoint if asked to, else begin with the first stage."""
        self.folder, self.alone = options.out, options.stage
        names = [stage.name for stage in state.stages]
        if self.alone and self.alone not in names:
            raise RunError(f"there is no stage {self.alone!r}: say {', '.join(names)}.")
        in_turn = bool(all_checkpoints(self.folder))
        one_by_one = any(self.folder.glob("stages/*/checkpoints/round-*"))
        if self.alone and in_turn:
            text = "trains its stages one after another: to train one alone, use another folder."
            raise RunError(f"{self.folder} {text}")
        if one_by_one and not in_turn and not self.alone:
            text = "trains its stages one by one: say which, or use another folder."
            raise RunError(f"{self.folder} {text}")
        out = self.folder / "stages" / self.alone if self.alone else self.folder
        super().__init__(state, options, spec, out)
        if state.round == 0:
            self._begin(names.index(self.alone) if self.alone else 0)

    def _begin(self, place: int) -> None:
        """Begin a stage with the weights that it starts from."""
        self.state.begin(place)
        stage = self.state.stage
        if stage.init_from in [other.name for other in self.state.stages]:
            self.state.start_from(self.folder / "stages" / stage.init_from)
        elif stage.init_from:
            self.state.start_from(Path(stage.init_from))
        elif self.alone:
            for network in self.state.networks:
                self._take(network, place)

    def _take(self, network: str, place: int) -> None:
        """A network as the last stage before has left it, which was trained alone too; samples may
        show one that the stage does not need.
        """
        trains = [stage.name for stage in self.state.stages[:place] if network in stage.trains]
        folders = [self.folder / "stages" / name for name in reversed(trains)]
        folder = next((f for f in folders if all_checkpoints(f)), None)
        if folder is not None:
            self.state.start_from(folder, [network])
        elif network in self.state.stage.needs:
            text = f"The stage {self.alone!r} needs {network}, which {trains[-1]!r} trains"
            raise RunError(f"{text}: train that stage first, in the same folder.")

    def goes_on(self) -> bool:
        """Whether the options let another round begin; behind the end of a stage the next does."""
        if not super().goes_on():
            return False
        while self.ends_stage() and not self.alone and self.state.stage != self.state.stages[-1]:
            self._begin(self.state.place + 1)
        return not self.ends_stage()

    def ends_stage(self) -> bool:
        """Whether the stage has come to its end."""
        return self.state.share() >= 1

    def logs(self) -> bool:
        """Whether this round is logged: as in any run, and the last one of a stage."""
        return super().logs() or self.ends_stage()

    def where(self) -> dict[str, Any]:
        """How far training is."""
        stage, share = self.state.stage, min(1.0, self.state.share())
        level = {"level": stage.level} if stage.res else {}  # there are levels
        fade = {"fade": self.state.fade()} if stage.fade_kimg else {}
        return super().where() | {"stage": stage.name, **level, "progress": share, **fade}

    def save(self) -> None:
        """Write a checkpoint; the end of a stage from which others start is kept beside."""
        super().save()
        if self.state.stage.kept and self.ends_stage() and not self.alone:
            self.state.save(self.folder / "stages" / self.state.stage.name, self.spec)


def stage_progress(state: StagedState, player: str) -> Progress:
    """How far a player is, counted in the stage."""
    images = state.images - state.first_images
    round, kimg, epoch = state.round - state.first_round, images / 1000, images / state.samples
    return Progress(state.steps[player], round, kimg, epoch, state.share())


class GrowthProgress(NamedTuple):
    """What the formulas of live numbers know where networks grow."""

    step: int
    round: int
    kimg: float
    epoch: float
    progress: float
    level: int
    res: int
    fade: float


def growth_progress(state: StagedState, player: str) -> GrowthProgress:
    """How far a player is, counted in the stage, and how far networks have grown."""
    stage = state.stage
    return GrowthProgress(*stage_progress(state, player), stage.level, stage.res, state.fade())
