"""Checkpoints: folders of `tensors.safetensors` and `state.json`, whole or not there at all."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganforge.runtime.errors import CheckpointError, NonFinite
from ganforge.runtime.safetensors import read_tensors, write_tensors
from ganforge.runtime.state import State, random_stream

FORMAT = 1
COUNTERS = ("seed", "stage", "round", "images", "drawn")


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint in a folder of checkpoints."""
    return max(folder.glob("round-*"), key=lambda path: int(path.name[6:]), default=None)


def module_tensors(state: State) -> dict[str, Tensor]:
    """Weights and buffers of all modules by name: `networks.G.0.weight`."""
    kinds = {"networks": state.networks, "averages": state.averages, "losses": state.losses}
    return {
        f"{kind}.{name}.{key}": value
        for kind, modules in kinds.items()
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }


def other_tensors(state: State) -> dict[str, Tensor]:
    """The optimisers' tensors and the states of the random streams."""
    tensors = {
        f"optimizers.{player}.{index}.{key}": value
        for player, optimizer in state.optimizers.items()
        for index, values in optimizer.state_dict()["state"].items()
        for key, value in values.items()
        if isinstance(value, Tensor)
    }
    tensors |= {"random.cpu": torch.get_rng_state(), "random.noise": state.noise.get_state()}
    if state.noise.device.type == "cuda":
        tensors["random.cuda"] = torch.cuda.get_rng_state(state.noise.device)
    return tensors


def surroundings(state: State) -> dict[str, Any]:
    """On what bit-for-bit equality depends besides the state itself."""
    device, threads = state.noise.device.type, torch.get_num_threads()
    versions = {"torch": torch.__version__, "device": device, "threads": threads}
    return {**versions, "samples": state.samples}


def save_checkpoint(state: State, folder: Path, spec: str) -> Path:
    """Write `folder/round-N` and keep the last two, so that one is always whole.

    Raises `NonFinite` where a weight is infinite or NaN, before anything is written.
    """
    tensors = module_tensors(state)
    for name, value in tensors.items():
        if value.is_floating_point() and not value.isfinite().all():
            raise non_finite(f"the weights {name!r} are", state.round, folder)
    path = folder / f"round-{state.round:06d}"
    temporary = folder / f".{path.name}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    write_tensors(temporary / "tensors.safetensors", tensors | other_tensors(state))
    counters = {name: getattr(state, name) for name in COUNTERS} | {"steps": state.steps}
    about = {"format": FORMAT, "spec": spec, **counters, **surroundings(state)}
    (temporary / "state.json").write_text(json.dumps(about, indent=2))
    shutil.rmtree(path, ignore_errors=True)
    temporary.rename(path)
    for old in sorted(folder.glob("round-*"), key=lambda path: int(path.name[6:]))[:-2]:
        shutil.rmtree(old)
    return path


def non_finite(what: str, round: int, folder: Path) -> NonFinite:
    """The error that names the first bad round and the last good checkpoint."""
    last = last_checkpoint(folder)
    good = f"the last good checkpoint is {last}" if last else "there is no checkpoint yet"
    return NonFinite(f"In round {round} {what} not finite; {good}: try a lower learning rate.")


def load_checkpoint(state: State, path: Path, spec: str) -> None:
    """Put a checkpoint into a freshly built state; training goes on bit for bit.

    Raises `CheckpointError` where the checkpoint is damaged or of another spec; warns where the
    surroundings differ.
    """
    try:
        about = json.loads((path / "state.json").read_text())
        tensors = read_tensors(path / "tensors.safetensors")
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"{path} cannot be read ({error}): delete it to use the one before."
        ) from error
    if about["format"] != FORMAT or about["spec"] != spec:
        raise CheckpointError(f"{path} is a checkpoint of another spec: train into a new folder.")
    for name, now in surroundings(state).items():
        if about[name] != now:
            warnings.warn(
                f"{name} was {about[name]} in {path}, now it is {now}: not bit for bit",
                stacklevel=2,
            )
    for name in COUNTERS:
        setattr(state, name, about[name])
    state.steps.update(about["steps"])
    load_modules(state, tensors, path)
    load_optimizers(state, tensors)
    load_random(state, tensors, about["device"])


def load_modules(state: State, tensors: dict[str, Tensor], path: Path) -> None:
    """Copy weights and buffers; names and shapes must be those of the networks."""
    for name, value in module_tensors(state).items():
        if name not in tensors or tensors[name].shape != value.shape:
            raise CheckpointError(f"{path} does not fit at {name!r}: train into a new folder.")
        value.copy_(tensors[name])


def load_optimizers(state: State, tensors: dict[str, Tensor]) -> None:
    """Give every optimiser its tensors in the memory layout of the weights they belong to."""
    for player, optimizer in state.optimizers.items():
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        for name, value in tensors.items():
            if name.startswith(f"optimizers.{player}."):
                _, _, index, key = name.split(".")
                weight = weights[int(index)]
                like = torch.empty_like(weight if value.shape == weight.shape else value)
                optimizer.state[weight][key] = like.to(weight.device).copy_(value)


def load_random(state: State, tensors: dict[str, Tensor], device: str) -> None:
    """Put the random streams back; on another kind of device they start anew from this round."""
    torch.set_rng_state(tensors["random.cpu"])
    if device != state.noise.device.type:
        state.noise = random_stream(state.seed, f"noise {state.round}", state.noise.device)
        return
    state.noise.set_state(tensors["random.noise"])
    if device == "cuda":
        torch.cuda.set_rng_state(tensors["random.cuda"], state.noise.device)
