"""Making images from networks, and image files from images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import pad

from ganforge.runtime.state import State, random_stream


@contextmanager
def sampling(state: State, seed: int, *networks: nn.Module) -> Iterator[torch.Generator]:
    """Evaluation mode without gradients; gives a random stream that training does not see."""
    modes = [(module, module.training) for network in networks for module in network.modules()]
    try:
        with torch.no_grad():
            for module, _ in modes:
                module.training = False
            noise = random_stream(seed, "samples", state.noise.device)
            torch.manual_seed(noise.initial_seed())  # training seeds it anew in each round
            yield noise
    finally:
        for module, mode in modes:
            module.training = mode


def side_by_side(images: list[Tensor]) -> Tensor:
    """Several images per sample as rows of a grid: (N, C, H, W) each, (K N, C, H, W) in all."""
    size = images[-1].shape[2:]
    rows = [nn.functional.interpolate(i, size) if i.shape[2:] != size else i for i in images]
    channels = max(image.shape[1] for image in rows)
    return torch.stack([row.expand(-1, channels, -1, -1) for row in rows], 1).flatten(0, 1)


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
