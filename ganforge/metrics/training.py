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
    """What an epoch gave: its mean loss, and the accuracy on the images held out, 0 to 1: of
    classes, or of each attribute.
    """

    number: int
    loss: float
    accuracies: tuple[float, ...]

    @property
    def accuracy(self) -> float:
        return sum(self.accuracies) / len(self.accuracies)


def usual_epochs(images: int) -> int:
    """As many epochs as show about 100,000 images; at least 3."""
    return max(3, round(100_000 / images))


def trained_epochs(
    classifier: Classifier, data: Labelled, epochs: int, seed: int
) -> Iterator[Epoch]:
    """Train with Adam and a cosine schedule; yields each epoch.

    For classes, the images of a batch are shifted by the same few pixels, so that small sets last
    longer; attributes may be about the place.
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
            loss = _loss(classifier, images, labels, noise)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.detach())
        yield Epoch(number, torch.stack(losses).mean().item(), accuracies(classifier, data))


def _loss(classifier: Classifier, images: Tensor, labels: Tensor, noise: torch.Generator) -> Tensor:
    if _are_attributes(labels):
        return F.binary_cross_entropy_with_logits(classifier(images), labels)
    return F.cross_entropy(classifier(_shifted(images, noise)), labels)


def _are_attributes(labels: Tensor) -> bool:
    return labels.ndim == 2


@torch.no_grad()
def accuracies(classifier: Classifier, data: Labelled) -> tuple[float, ...]:
    """The share of the held-out images whose class is recognised; or of each attribute."""
    classifier.eval()
    device, right = next(classifier.parameters()).device, torch.zeros(1)
    for index in _batches(data.held_out):
        images, labels = _inputs(data, index, device)
        right = right + _right(classifier(images), labels).sum(0).cpu()
    return tuple((right / len(data.held_out)).tolist())


def _right(logits: Tensor, labels: Tensor) -> Tensor:
    """Whether the class (B, 1), or each attribute (B, K), is recognised."""
    if _are_attributes(labels):
        return (logits > 0) == (labels > 0)
    return (logits.argmax(1) == labels)[:, None]


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
