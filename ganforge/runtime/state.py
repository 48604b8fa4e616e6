"""What training changes, and how far it has come."""

from __future__ import annotations

import json
import shutil
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from ganforge.runtime.errors import RunError
from ganforge.runtime.safetensors import read_tensors, write_tensors


@dataclass
class State:
    """Everything that training changes; a checkpoint holds all of it."""

    networks: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]
    noise: torch.Generator  # latents and all else that is drawn per round
    seed: int
    averages: dict[str, nn.Module] = field(default_factory=dict)
    losses: dict[str, nn.Module] = field(default_factory=dict)  # what losses remember
    schedules: dict[str, nn.Module] = field(default_factory=dict)  # numbers that follow a figure
    samples: int = 1  # in an epoch
    round: int = 0
    images: int = 0  # real samples of the first player
    drawn: int = 0  # real samples of all players
    steps: Counter[str] = field(default_factory=Counter)
    counters: ClassVar[tuple[str, ...]] = ("seed", "round", "images", "drawn", "steps")

    def start_round(self) -> None:
        """Random numbers follow from the round alone: nothing in between can shift them."""
        self.noise = random_stream(self.seed, f"noise {self.round}", self.noise.device)
        torch.manual_seed(self.noise.initial_seed() + 1)  # dropout

    def tensors(self) -> dict[str, Tensor]:
        """All weights and buffers by name, such as `networks.G.layers.0.weight`."""
        return {
            f"{kind}.{name}.{key}": value
            for kind in ("networks", "averages", "losses", "schedules")
            for name, module in getattr(self, kind).items()
            for key, value in module.state_dict().items()
        }

    def surroundings(self) -> dict[str, str | int]:
        """On what it depends, beside a checkpoint, that training goes on bit for bit."""
        device, threads = self.noise.device.type, torch.get_num_threads()
        torch_used, samples = str(torch.__version__), self.samples
        return {"torch": torch_used, "device": device, "threads": threads, "samples": samples}

    def save(self, folder: Path, spec: str) -> None:
        """Write `checkpoints/round-N`, which is there whole or not at all; keep the last two."""
        path = folder / "checkpoints" / f"round-{self.round:06d}"
        if path.exists():
            return
        tensors = self.tensors()
        for player, optimizer in self.optimizers.items():
            for index, values in optimizer.state_dict()["state"].items():
                kept = {key: value for key, value in values.items() if value is not None}
                tensors |= {f"optimizers.{player}.{index}.{key}": kept[key] for key in kept}
        counters = {name: getattr(self, name) for name in self.counters}
        about = {"spec": spec, "trained with": self.surroundings(), "counters": counters}
        temporary = path.with_name("unfinished")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        write_tensors(temporary / "tensors.safetensors", tensors)
        (temporary / "state.json").write_text(json.dumps(about, indent=2))
        temporary.rename(path)
        for old in all_checkpoints(folder)[:-2]:
            shutil.rmtree(old)

    def load(self, path: Path, spec: str) -> None:
        """Take over a checkpoint, right after `build`; training goes on bit for bit."""
        try:
            about = json.loads((path / "state.json").read_text())
            if about["spec"] != spec:
                raise RunError(f"{path} is a checkpoint of another spec: use another folder.")
            tensors = read_tensors(path / "tensors.safetensors")
            for name, value in self.tensors().items():
                value.copy_(tensors.pop(name))
            for name, value in tensors.items():
                _, player, index, key = name.split(".")
                weight = self.optimizers[player].param_groups[0]["params"][int(index)]
                if value.shape == weight.shape:  # fused optimisers expect the weight's layout
                    value = torch.empty_like(weight, device="cpu").copy_(value)
                self.optimizers[player].state[weight][key] = value
            for optimizer in self.optimizers.values():
                optimizer.load_state_dict(optimizer.state_dict())  # puts each on its device
            vars(self).update(about["counters"])
            self.steps = Counter(self.steps)
            old, now = about["trained with"], self.surroundings()
            changes = [f"{k} {old[k]} -> {now[k]}" for k in now if old[k] != now[k]]
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise RunError(f"{path} is damaged ({error}): delete it and resume.") from error
        if changes:
            text = f"the run goes on, but not bit for bit: {', '.join(changes)}"
            warnings.warn(text, stacklevel=2)


def all_checkpoints(folder: Path) -> list[Path]:
    """The checkpoints of a run, the oldest first."""
    return sorted(folder.glob("checkpoints/round-*"), key=lambda path: int(path.name[6:]))


def random_stream(seed: int, name: str, device: torch.device) -> torch.Generator:
    """Random numbers of its own on the device, which is the CPU for the meta device."""
    generator = torch.Generator("cpu" if device.type == "meta" else device)
    return generator.manual_seed(zlib.crc32(f"{seed} {name}".encode()))


class Progress(NamedTuple):
    """What the formulas of live numbers know."""

    step: int
    round: int
    kimg: float
    epoch: float
    progress: float


def progress_of(state: State, player: str, share: float) -> Progress:
    """How far a player is; `share` is the part of the training that is done, 0 to 1."""
    kimg, epoch = state.images / 1000, state.images / state.samples
    return Progress(state.steps[player], state.round, kimg, epoch, share)
