"""Making images from networks, and image files from images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import pad

from ganforge.runtime.state import State, derived_seed


@contextmanager
def sampling(state: State, seed: int, *networks: nn.Module) -> Iterator[torch.Generator]:
    """Evaluation mode without gradients; gives a random stream that training does not see."""
    modes = [(module, module.training) for network in networks for module in network.modules()]
    try:
        with torch.no_grad():
            for module, _ in modes:
                module.training = False
            torch.manual_seed(derived_seed(seed, "sampling"))  # each round seeds it for itself
            yield torch.Generator(state.noise.device).manual_seed(derived_seed(seed, "samples"))
    finally:
        for module, mode in modes:
            module.training = mode


def save_grid(images: Tensor, path: Path, columns: int, low: float, high: float) -> None:
    """Write images (N, C, H, W) with values in `low`..`high` as one PNG, `columns` in a row."""
    pixels = ((images - low) * (255 / (high - low))).round().clamp(0, 255)
    pixels = pad(pixels, (1, 1, 1, 1, 0, 0, 0, -len(pixels) % columns))
    _, channels, height, width = pixels.shape
    grid = pixels.reshape(-1, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    grid = grid.reshape(-1, columns * width, channels).expand(-1, -1, max(3, channels))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".unfinished")
    Image.fromarray(grid.to("cpu", torch.uint8).numpy()).save(temporary, "png")
    temporary.replace(path)
