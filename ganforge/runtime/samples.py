"""Making images from networks, and image files from images."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ganforge.runtime.state import State, random_stream


@contextmanager
def sampling(state: State, seed: int, *networks: nn.Module) -> Iterator[torch.Generator]:
    """Evaluation mode without gradients; gives a random stream and leaves training's untouched."""
    modes = [(module, module.training) for network in networks for module in network.modules()]
    device = state.noise.device
    try:
        with torch.no_grad(), torch.random.fork_rng([device] if device.type == "cuda" else []):
            torch.manual_seed(seed)
            for module, _ in modes:
                module.training = False
            yield random_stream(seed, "samples", device)
    finally:
        for module, mode in modes:
            module.training = mode


def save_grid(images: Tensor, path: Path, columns: int, low: float, high: float) -> None:
    """Write images (N, C, H, W) with values in `low`..`high` as one PNG, `columns` in a row."""
    pixels = ((images.float() - low) * (255 / (high - low))).round().clamp(0, 255)
    pixels = nn.functional.pad(pixels, (1, 1, 1, 1, 0, 0, 0, -len(pixels) % columns))
    _, channels, height, width = pixels.shape
    grid = pixels.reshape(-1, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    array = grid.reshape(-1, columns * width, channels).to("cpu", torch.uint8).numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}")
    Image.fromarray(np.squeeze(array)).save(temporary, "png")
    os.replace(temporary, path)
