"""Programs as rounds that can be timed: imported as `train` does, or as the emitted script."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import torch
from handwritten import Step, dcgan_loop, gan_loop
from handwritten_cyclegan import CycleGan
from handwritten_resnets import Sngan, WganGp
from handwritten_stylegan2 import StyleGan2

from ganforge.codegen.inline import standalone
from ganforge.pipeline import compile_spec

Loop = WganGp | Sngan | CycleGan | StyleGan2
THREADS = 2
GENERATOR = "train.players.generator.batch={}"
CASES = {
    "gan": ("gan", [], 100, (1, 28)),
    "dcgan 32": ("dcgan", ["size=32"], 64, (3, 32)),
    "dcgan 64": ("dcgan", [], 64, (3, 64)),
    "wgan-gp": ("wgan-gp", ["dim=16", "train.batch=16"], 16, (3, 64)),
    "sngan": ("sngan", ["g=64", "d=32", "train.batch=16", GENERATOR.format(32)], 16, (3, 32)),
    "stylegan2 32": (
        "stylegan2",
        ["size=32", "width=1024", "dim=64", "train.batch=16"],
        16,
        (3, 32),
    ),
    "cyclegan 128": ("cyclegan", ["size=128", "blocks=6"], 1, (3, 128)),
}
"""Spec, overrides, batch and size of the images, by the name of the case."""


def load(text: str, name: str) -> ModuleType:
    """The text as a module, from a file of its own."""
    path = Path(tempfile.mkdtemp()) / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def generated(case: str, *, emitted: bool = False) -> Step:
    """One round of ganforge's program on data that lies in memory."""
    spec, overrides, _, (channels, size) = CASES[case]
    program = compile_spec(spec, overrides).program()
    text = standalone(program, "bench") if emitted else program.text
    module = load(text, f"bench_{spec}_{size}_{emitted}")
    state = module.build(0, torch.device("cpu"))
    images = torch.randint(0, 256, (2000, channels, size, size), dtype=torch.uint8)
    data = module.Data(len(images), lambda index: dict.fromkeys("abx", images[index]))
    state.samples = data.count

    def step() -> None:
        module.train_round(state, *module.draw(state, data))
        state.round += 1

    return step


def handwritten(case: str) -> Step:
    """One round of the plain loop on the same data."""
    spec, _, batch, (channels, size) = CASES[case]
    images = torch.randint(0, 256, (2000, channels, size, size), dtype=torch.uint8)
    if spec in ("gan", "dcgan"):
        return gan_loop(images, batch) if spec == "gan" else dcgan_loop(images, batch)
    made: dict[str, Callable[[], Loop]] = {
        "wgan-gp": lambda: WganGp(16, batch),
        "sngan": lambda: Sngan(64, 32, batch),
        "stylegan2": lambda: StyleGan2([256, 128, 64, 32], 64, 8, batch),
        "cyclegan": lambda: CycleGan(6, batch),
    }
    loop = made[spec]()
    return lambda: loop.round(*loop.draw(images))
