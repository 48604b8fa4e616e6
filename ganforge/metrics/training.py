"""Training the classifier whose features metrics compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ganforge.metrics.classifier import Classifier
from ganforge.metrics.images import fitted
from ganforge.metrics.labelled import Labelled

BATCH = 64
RATE = 2e-3


@dataclass(frozen=True)
class Epoch:
    """What an epoch gave: its mean loss, and the accuracy on the images held out, 0 to 1."""

    number: int
    loss: float
    accuracy: float


def usual_epochs(images: int) -> int:
    """As many epochs as show about 100,000 images; at least 3."""
    return max(3, round(100_000 / images))


def trained_epochs(
    classifier: Classifier, data: Labelled, epochs: int, seed: int
) -> Iterator[Epoch]:
    """Train with Adam and a cosine schedule; yields each epoch.

    The images of a batch are shifted by the same few pixels, so that small sets last longer.
    """
    device = next(classifier.parameters()).device
    noise = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(classifier.parameters(), RATE, weight_decay=1e-2)
    steps = epochs * len(_batches(data.trained))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for number in range(1, epochs + 1):
        classifier.train()
        shuffled = torch.randperm(len(data.trained), generator=noise).tolist()
        losses = []
        for index in _batches([data.trained[k] for k in shuffled]):
            images, labels = _inputs(data, index, device)
            loss = F.cross_entropy(classifier(_shifted(images, noise)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.detach())
        yield Epoch(number, torch.stack(losses).mean().item(), accuracy(classifier, data))


@torch.no_grad()
def accuracy(classifier: Classifier, data: Labelled) -> float:
    """The share of the held-out images whose class is recognised."""
    classifier.eval()
    device, right = next(classifier.parameters()).device, 0
    for index in _batches(data.held_out):
        images, labels = _inputs(data, index, device)
        right += int((classifier(images).argmax(1) == labels).sum())
    return right / len(data.held_out)


def _batches(index: list[int]) -> list[list[int]]:
    return [index[k : k + BATCH] for k in range(0, len(index), BATCH)]


def _inputs(data: Labelled, index: list[int], device: torch.device) -> tuple[Tensor, Tensor]:
    images, labels = data.read(index)
    channels, size = images.shape[1], images.shape[2]
    return fitted(images.to(device), channels, size), labels.to(device)


def _shifted(images: Tensor, noise: torch.Generator) -> Tensor:
    """Images shifted by up to a sixteenth of their side; the edge is repeated."""
    size = images.shape[2]
    most = size // 16
    top, left = torch.randint(2 * most + 1, (2,), generator=noise).tolist()
    padded = F.pad(images, (most, most, most, most), mode="replicate")
    return padded[:, :, top : top + size, left : left + size]
