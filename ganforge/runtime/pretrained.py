"""Weights that somebody else has trained, read from a file on this machine. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from torch import Tensor, nn

from ganforge.runtime.errors import RunError
from ganforge.runtime.safetensors import read_tensors


def prepare(networks: Iterable[nn.Module]) -> None:
    """Let the parts of networks that read files do so before training, where a file that does not
    serve costs nothing yet.
    """
    for network in networks:
        for module in network.modules():
            ready = getattr(module, "prepare", None)
            if callable(ready):
                ready()


def read_pretrained(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """The tensors of these names and shapes, as float32, out of a file of safetensors, whose other
    tensors are left alone.

    Raises `RunError` where there is no such file, where it is damaged, or lacks one.
    """
    try:
        found = read_tensors(path)
    except FileNotFoundError:
        raise RunError(f"there is no file of weights {path}: check its path.") from None
    except Exception as error:  # a damaged file can fail in any way
        raise RunError(f"{path} cannot be read as weights ({error}): copy it anew.") from error
    for name, shape in shapes.items():
        if name not in found:
            held = ", ".join(list(found)[:3]) or "nothing"
            raise RunError(f"{path} has no tensor `{name}`: it holds {held} ...")
        if tuple(found[name].shape) != shape:
            sides = " x ".join(map(str, found[name].shape))
            needed = " x ".join(map(str, shape))
            raise RunError(f"`{name}` is {sides} in {path}, and must be {needed}.")
    return {name: found[name].float() for name in shapes}
