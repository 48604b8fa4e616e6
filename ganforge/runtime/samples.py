"""Image files from images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn


def with_batch_statistics(network: nn.Module) -> nn.Module:
    """The network as it evaluates, but with the batch's own statistics in batch norm."""
    for module in network.eval().modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.train()
            module.register_forward_pre_hook(_several_values)
    return network


def _several_values(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    """Batch norm of one value per channel, which has no statistics, takes the running ones."""
    if norm.training and inputs[0].numel() == inputs[0].shape[1]:
        norm.eval()


@contextmanager
def standing_statistics(networks: list[nn.Module]) -> Iterator[range]:
    """Networks whose batch norm learns its statistics anew from the passes that are made meanwhile,
    each with equal weight; then they evaluate. As many passes as the range counts are enough.

    The standing statistics of Brock et al. 2019, https://arxiv.org/abs/1809.11096, section 2.
    """
    for network in networks:
        for module in with_batch_statistics(network).modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.track_running_stats:
                module.reset_running_stats()
                module.momentum = None  # the mean of all passes
    yield range(16)
    for network in networks:
        network.eval()


def side_by_side(images: list[Tensor]) -> Tensor:
    """Several images per sample as rows of a grid: (N, C, H, W) each, (K N, C, H, W) in all."""
    size = images[-1].shape[2:]
    rows = [F.interpolate(image, size) if image.shape[2:] != size else image for image in images]
    channels = max(image.shape[1] for image in rows)
    return torch.stack([row.expand(-1, channels, -1, -1) for row in rows], 1).flatten(0, 1)


def in_rows(
    once: list[Tensor], swept: list[Tensor], across: int, above: list[Tensor] | None = None
) -> Tensor:
    """Rows of a grid: what stays the same along a row once, then the others, `across` times.

    above: what stays the same along a column; a row of its own, before the others.
    """
    shown = side_by_side([*once, *swept]).unflatten(0, (len(swept[0]), -1))
    last = len(shown) - 1  # of a row that is not full
    cells = torch.arange(-(-len(shown) // across) * across).clamp(max=last).view(-1, across)
    first, others = shown[cells[:, 0], : len(once)], shown[cells, len(once) :].flatten(1, 2)
    rows = torch.cat([first, others], 1)
    if above:
        heads = side_by_side(above).unflatten(0, (len(above[0]), -1))[cells[0]]
        heads = torch.cat([heads, *[torch.ones_like(heads[:, :1])] * (len(swept) - len(above))], 1)
        corner = torch.ones_like(first[0])  # white
        rows = torch.cat([torch.cat([corner, heads.flatten(0, 1)])[None], rows])
    return rows.flatten(0, 1)


def as_bytes(images: Tensor, low: float, high: float) -> Tensor:
    """Values in `low`..`high` as bytes."""
    return ((images - low) * (255 / (high - low))).round().clamp(0, 255).to(torch.uint8)


def save_grid(
    images: Tensor, path: Path, columns: int, low: float, high: float, together: int = 1
) -> None:
    """Write images (N, C, H, W) with values in `low`..`high` as one PNG, `columns` in a row.

    together: so many images are one sample; a white line stands between two samples of a row.
    """
    pixels = F.pad(as_bytes(images, low, high), (1, 1, 1, 1, 0, 0, 0, -len(images) % columns))
    _, channels, height, width = pixels.shape
    grid = pixels.reshape(-1, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    line = 4 if together > 1 else 0
    samples = grid.reshape(-1, columns // together, together * width, channels)
    samples = F.pad(samples, (0, 0, 0, line), value=255)
    grid = samples.flatten(1, 2)[:, : columns * width + (columns // together - 1) * line]
    grid = grid.expand(-1, -1, max(3, channels))
    unfinished = path.with_name(f".{path.name}")
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(grid.cpu().numpy()).save(unfinished)
    unfinished.replace(path)
