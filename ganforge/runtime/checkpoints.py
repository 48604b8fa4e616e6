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

from ganforge.runtime.errors import CheckpointError
from ganforge.runtime.safetensors import read_tensors, write_tensors
from ganforge.runtime.state import State

COUNTERS = ("seed", "stage", "round", "images", "drawn")


def all_checkpoints(folder: Path) -> list[Path]:
    """The checkpoints of a run, the oldest first."""
    return sorted(folder.glob("checkpoints/round-*"), key=lambda path: int(path.name[6:]))


def module_tensors(state: State) -> dict[str, Tensor]:
    """Weights and buffers of all modules by name, such as `networks.G.layers.0.weight`."""
    return {
        f"{kind}.{name}.{key}": value
        for kind in ("networks", "averages", "losses")
        for name, module in getattr(state, kind).items()
        for key, value in module.state_dict().items()
    }


def describe(state: State, spec: str) -> dict[str, object]:
    """The counters, and on what it depends that training goes on bit for bit."""
    counters = {name: getattr(state, name) for name in COUNTERS} | {"steps": state.steps}
    here = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    here |= {"device": state.noise.device.type, "samples": state.samples}
    return {"spec": spec, **counters, "here": here}


def save_checkpoint(state: State, folder: Path, spec: str) -> None:
    """Write `checkpoints/round-N` and keep the last two: one more in case the newest is lost."""
    tensors = module_tensors(state)
    for player, optimizer in state.optimizers.items():
        for index, values in optimizer.state_dict()["state"].items():
            kept = {key: value for key, value in values.items() if value is not None}
            tensors |= {f"optimizers.{player}.{index}.{key}": value for key, value in kept.items()}
    path = folder / "checkpoints" / f"round-{state.round:06d}"
    temporary = path.with_name("unfinished")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    write_tensors(temporary / "tensors.safetensors", tensors)
    (temporary / "state.json").write_text(json.dumps(describe(state, spec), indent=2))
    shutil.rmtree(path, ignore_errors=True)
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
    now, modules = describe(state, spec), module_tensors(state)
    fits = all(name in tensors and tensors[name].shape == modules[name].shape for name in modules)
    if about["spec"] != spec or not fits:
        raise CheckpointError(f"{path} is a checkpoint of another spec: use another folder.")
    if about["here"] != now["here"]:
        warnings.warn(f"{now['here']} was {about['here']}: not bit for bit", stacklevel=2)
    for name, value in modules.items():
        value.copy_(tensors[name])
    for player, optimizer in state.optimizers.items():
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        for name, value in tensors.items():
            if name.startswith(f"optimizers.{player}."):
                index, key = name.split(".")[2:]
                weight = weights[int(index)]  # whose memory layout the fused optimisers expect
                like = weight if weight.shape == value.shape else value
                kept = torch.empty_like(like, device=weight.device).copy_(value)
                optimizer.state[weight][key] = kept.detach()
    for name in COUNTERS:
        setattr(state, name, about[name])
    state.steps.update(about["steps"])
