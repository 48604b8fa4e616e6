"""Checkpoints: folders of `tensors.safetensors` and `state.json`, whole or not there at all.

No random states are stored: the streams of a round follow from the seed and the round's number.
"""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import torch
from torch import Tensor

from ganforge.runtime.errors import CheckpointError, NonFinite
from ganforge.runtime.safetensors import read_tensors, write_tensors
from ganforge.runtime.state import State

COUNTERS = ("seed", "stage", "round", "images", "drawn")


def all_checkpoints(folder: Path) -> list[Path]:
    """The checkpoints in a folder, the oldest first."""
    return sorted(folder.glob("round-*"), key=lambda path: int(path.name[6:]))


def module_tensors(state: State) -> dict[str, Tensor]:
    """Weights and buffers of all modules by name: `networks.G.layers.0.weight`."""
    tensors = {}
    for kind in ("networks", "averages", "losses"):
        for name, module in getattr(state, kind).items():
            for key, value in module.state_dict().items():
                tensors[f"{kind}.{name}.{key}"] = value
    return tensors


def surroundings(state: State) -> dict[str, object]:
    """What must be equal, besides the state, for training to go on bit for bit."""
    here = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    return {**here, "device": state.noise.device.type, "samples": state.samples}


def not_finite(what: str, round: int, folder: Path) -> NonFinite:
    """The error that names what broke, when, and the last good checkpoint."""
    good = ", the last good checkpoint is ".join(["", *map(str, all_checkpoints(folder)[-1:])])
    return NonFinite(f"{what} is not finite in round {round}{good}: try a lower learning rate.")


def save_checkpoint(state: State, folder: Path, spec: str) -> None:
    """Write `folder/round-N`, unless a weight is not finite, and keep the last two."""
    tensors = module_tensors(state)
    for name, value in tensors.items():
        if value.is_floating_point() and not value.isfinite().all():
            raise not_finite(name, state.round, folder)
    for player, optimizer in state.optimizers.items():
        for index, values in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizers.{player}.{index}.{key}": v for key, v in values.items()}
    temporary, path = folder / "unfinished", folder / f"round-{state.round:06d}"
    for leftover in (temporary, path):
        shutil.rmtree(leftover, ignore_errors=True)
    temporary.mkdir(parents=True)
    write_tensors(temporary / "tensors.safetensors", tensors)
    counters = {name: getattr(state, name) for name in COUNTERS} | {"steps": state.steps}
    about = {"spec": spec, **counters, **surroundings(state)}
    (temporary / "state.json").write_text(json.dumps(about, indent=2))
    temporary.rename(path)
    for old in all_checkpoints(folder)[:-2]:
        shutil.rmtree(old)


def load_checkpoint(state: State, path: Path, spec: str) -> None:
    """Put a checkpoint into a state that was just built; training goes on bit for bit."""
    try:
        about = json.loads((path / "state.json").read_text())
        tensors = read_tensors(path / "tensors.safetensors")
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"{path} is damaged ({error}): delete it and resume.") from error
    expected = module_tensors(state)
    fits = all(name in tensors and tensors[name].shape == expected[name].shape for name in expected)
    if about["spec"] != spec or not fits:
        raise CheckpointError(f"{path} is a checkpoint of another spec: use another folder.")
    for name, value in expected.items():
        value.copy_(tensors[name])
    for player, optimizer in state.optimizers.items():
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        for name, value in tensors.items():
            if name.startswith(f"optimizers.{player}."):
                index, key = name.split(".")[2:]
                weight = weights[int(index)]
                like = weight if value.shape == weight.shape else value  # for the memory layout
                optimizer.state[weight][key] = torch.empty_like(like, device=weight.device)
                optimizer.state[weight][key].copy_(value)
    for name in COUNTERS:
        setattr(state, name, about[name])
    state.steps.update(about["steps"])
    for name, now in surroundings(state).items():
        if about[name] != now:
            warnings.warn(f"{name} was {about[name]}, now {now}: not bit for bit", stacklevel=2)
